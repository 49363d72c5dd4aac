import { useEffect } from 'preact/hooks';
import { focusMain } from '../state/focus';
import { problem } from '../state/problem';

/** What went wrong, above the view until it is closed, also with Escape, or something else is tried. */
export function ProblemBanner() {
  const isShown = problem.value !== undefined;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        problem.value = undefined;
      }
    };
    if (isShown) {
      addEventListener('keydown', onKey);
    }
    return () => removeEventListener('keydown', onKey);
  }, [isShown]);
  const close = (): void => {
    problem.value = undefined;
    focusMain();
  };
  return (
    <div class="notices" role="alert">
      {problem.value !== undefined && (
        <div class="problem">
          <p>{problem.value}</p>
          <button type="button" class="button quiet-button" onClick={close}>
            Close
          </button>
        </div>
      )}
    </div>
  );
}
