import { useEffect, useState } from 'preact/hooks';
import type { NamedFile } from '../engine/engine-api';
import type { SiteSample } from '../engine/site-models';
import { siteModels } from '../engine/site-models';
import { showProblem } from '../state/problem';
import { CameraButton } from './camera-button';
import { FileButton } from './file-button';

/** Samples, and ways to open a picture of one's own. */
export function Shelf({
  onSample,
  onFiles,
  chosen,
  hint = 'or drop a picture anywhere, or paste one',
}: {
  readonly onSample: (sample: SiteSample) => void;
  readonly onFiles: (files: readonly NamedFile[]) => void;
  /** Name of the picture that is shown. */
  readonly chosen?: string;
  readonly hint?: string;
}) {
  const samples = useSamples();
  return (
    <section class="shelf" aria-label="Pictures">
      <div class="shelf-open">
        <FileButton text="Open a picture" look="" accept="image/*" onFiles={onFiles} />
        <CameraButton onFiles={onFiles} />
        <span class="quiet shelf-hint">{hint}</span>
      </div>
      <ul class="samples">
        {samples.map((sample) => (
          <li key={sample.url}>
            <button
              type="button"
              class="sample"
              aria-pressed={sample.title === chosen}
              aria-label={`Sample: ${sample.title}`}
              title={sample.title}
              onClick={() => onSample(sample)}
            >
              <img src={sample.url} alt="" width={64} height={64} loading="lazy" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The pictures that come with the page, once they are known. */
function useSamples(): readonly SiteSample[] {
  const [samples, setSamples] = useState<readonly SiteSample[]>([]);
  useEffect(() => {
    siteModels().then((models) => setSamples(models[0]?.samples ?? []), showProblem);
  }, []);
  return samples;
}
