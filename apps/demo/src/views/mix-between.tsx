import { PictureCanvas } from '../components/picture-canvas';
import { BLEND_STEPS, blend, blendAt } from './mix-state';

/** The way from the first picture to the second, step by step. */
export function InBetween() {
  const frames = blend.value;
  const at = blendAt.value;
  return (
    <section class="card mix-between" aria-label="In-between">
      <h2>In between</h2>
      <div class="mix-between-body">
        <div class="frame between-frame">
          <PictureCanvas
            picture={frames[at]}
            label={`${Math.round((at / BLEND_STEPS) * 100)} percent of the second picture`}
            testId="between"
          />
        </div>
        <label class="field">
          <span>
            From the first to the second <span class="value">{Math.round((at / BLEND_STEPS) * 100)} %</span>
          </span>
          <input
            type="range"
            min={0}
            max={BLEND_STEPS}
            step={1}
            value={at}
            onInput={(event) => (blendAt.value = event.currentTarget.valueAsNumber)}
          />
          <span class="quiet">Codes are averaged, latent by latent, before they are decoded.</span>
        </label>
      </div>
    </section>
  );
}
