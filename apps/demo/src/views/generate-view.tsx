import { useEffect } from 'preact/hooks';
import { useDroppedFiles } from '../components/open-files';
import { PassClock } from '../components/pass-clock';
import { PictureCanvas } from '../components/picture-canvas';
import type { NamedFile } from '../engine/engine-api';
import { tokenizer } from '../engine/engine-client';
import { route } from '../state/address';
import { attempt } from '../state/problem';
import { formatRoute } from '../state/route';
import { tokensToText } from '../state/token-text';
import { GenerateControls } from './generate-controls';
import { GenerateResult } from './generate-result';
import { levelTiming, openGenerate, results, singleTiming } from './generate-state';
import { openFiles } from './reconstruct-open';

/** There is nothing to do with a picture here: Reconstruct takes it apart. */
function takeApart(files: readonly NamedFile[]): void {
  location.hash = '#/reconstruct';
  void attempt(() => openFiles(files));
}

/** New pictures of a class, level by level. */
export function GenerateView() {
  const { settings: query } = route.value;
  useEffect(() => void attempt(() => openGenerate(query)), [query]);
  useDroppedFiles(takeApart);
  return (
    <div class="view view-generate">
      <h1>New pictures, level by level: first the gist, then the detail.</h1>
      <div class="studio">
        <GenerateControls />
        <div class="studio-main">
          <GenerateResult />
          <PassClock levels={levelTiming.value} single={singleTiming.value} />
        </div>
      </div>
      <LastResults />
    </div>
  );
}

function LastResults() {
  const facts = tokenizer.value;
  return (
    <section class="shelf" aria-label="Last results">
      <h2>Last results</h2>
      {results.value.length === 0 || facts === undefined ? (
        <p class="quiet">What you generate stays here until the page is closed.</p>
      ) : (
        <ul class="samples">
          {results.value.map(({ indices, picture, name }, i) => (
            <li key={results.value.length - i}>
              <a
                class="sample"
                href={formatRoute('reconstruct', { t: tokensToText(indices, facts.codebookSize) })}
                aria-label={`Take apart: ${name}`}
                title={name}
              >
                <PictureCanvas picture={picture} label="" />
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
