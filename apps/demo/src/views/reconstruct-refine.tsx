import { attempt } from '../state/problem';
import { found, refine, search, stopSearch } from './reconstruct-refine-state';
import { isOpening, picture } from './reconstruct-state';

/** The search for better codes: its button, and what there is to say of it. */
export function Refine() {
  const shown = picture.value;
  const result = found.value?.shown === shown ? found.value : undefined;
  const running = search.value;
  const cannot = shown?.original === undefined || isOpening.value || result !== undefined;
  return (
    <div class="stack refine">
      {running === undefined ? (
        <button
          type="button"
          class="button quiet-button"
          disabled={cannot}
          onClick={() => void attempt(refine)}
        >
          Look for better codes
        </button>
      ) : (
        <button type="button" class="button quiet-button" onClick={() => void attempt(stopSearch)}>
          {running.done === 0 ? 'Stop' : `Stop at step ${running.done} of ${running.steps}`}
        </button>
      )}
      <p class="quiet" data-testid="refine-note">
        {result === undefined
          ? 'Takes longer, comes nearer to the original, in as many bytes.'
          : `These codes were searched for${result.before === undefined ? '' : `; the encoder’s came to ${result.before.toFixed(1)} dB`}.`}
      </p>
    </div>
  );
}
