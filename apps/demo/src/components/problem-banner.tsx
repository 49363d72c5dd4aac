import { problem } from '../state/problem';

/** What went wrong, until it is closed or something else is tried. */
export function ProblemBanner() {
  return (
    <div role="alert">
      {problem.value !== undefined && (
        <div class="problem">
          <p>{problem.value}</p>
          <button type="button" class="button quiet-button" onClick={() => (problem.value = undefined)}>
            Close
          </button>
        </div>
      )}
    </div>
  );
}
