import { useEffect } from 'preact/hooks';
import { levelSizes } from '../engine/model-levels';
import { codeColour } from '../state/code-colour';
import { endOfLevel, levelsOf } from '../state/levels';
import { attempt } from '../state/problem';
import type { TokenPicture } from '../state/token-picture';
import { effects, readEffects } from './inside-effects-state';
import { latent } from './inside-state';

/** How much each latent matters for the picture: one bar for each, by level. */
export function LatentBars({ shown }: { readonly shown: TokenPicture | undefined }) {
  useEffect(() => {
    let isWanted = shown !== undefined;
    if (shown !== undefined) {
      void attempt(() => readEffects(shown, () => isWanted));
    }
    return () => {
      isWanted = false;
    };
  }, [shown]);
  const values = effects.value?.shown === shown ? (effects.value?.values ?? []) : [];
  const total = endOfLevel(levelSizes.value, levelSizes.value.length - 1);
  const largest = Math.max(...values, 0);
  return (
    <section class="stack" aria-label="How much each latent matters">
      <h2>How much each latent matters</h2>
      <p class="quiet">
        How far the picture moves when one latent is taken away: the mean change of a pixel, in percent of the
        way from black to white. The bars have the colours of their codes.
      </p>
      <div class="effects-frame" style={{ '--latents': total, '--levels': levelSizes.value.length }}>
        <div class="effects" role="img" aria-label={summary(values)} data-testid="effects">
          {levelsOf(levelSizes.value).map(({ level, offset, size }) => (
            <div class="effects-level" key={level} style={{ '--size': size }}>
              <div class="effects-bars">
                {Array.from({ length: size }, (_, i) => (
                  <Bar
                    key={i}
                    place={offset + i}
                    value={values[offset + i]}
                    largest={largest}
                    code={shown?.indices[offset + i]}
                  />
                ))}
              </div>
              <span class="effects-name">{size}</span>
            </div>
          ))}
        </div>
      </div>
      <p class="quiet" data-testid="effects-text">
        {values.length < total ? `${values.length} of ${total} latents compared.` : summary(values)}
        {values[latent.value] === undefined
          ? ''
          : ` Latent ${latent.value + 1}, looked at above: ${percent(values[latent.value]!)}.`}
      </p>
    </section>
  );
}

function Bar({
  place,
  value,
  largest,
  code,
}: {
  readonly place: number;
  readonly value: number | undefined;
  readonly largest: number;
  readonly code: number | undefined;
}) {
  const share = value === undefined || largest === 0 ? 0 : value / largest;
  return (
    <span
      class="effects-bar"
      data-effect={value}
      data-selected={place === latent.value ? '' : undefined}
      style={{ '--share': share, ...(code === undefined ? {} : { '--code': codeColour(code) }) }}
      title={value === undefined ? undefined : `latent ${place + 1}: ${percent(value)}`}
      onClick={() => (latent.value = place)}
    />
  );
}

/** The bars in words: which latent matters most, and each level's mean. */
function summary(values: readonly number[]): string {
  if (values.length === 0) {
    return 'No latent is compared yet.';
  }
  const most = values.indexOf(Math.max(...values));
  const means = levelsOf(levelSizes.value)
    .map(({ offset, size }) => values.slice(offset, offset + size))
    .filter((own) => own.length > 0)
    .map((own) => percent(own.reduce((sum, value) => sum + value, 0) / own.length));
  return `Latent ${most + 1} matters most, with ${percent(values[most]!)}. A latent of each level, on average: ${means.join(', ')}.`;
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
