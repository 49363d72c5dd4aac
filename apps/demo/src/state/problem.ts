import { signal } from '@preact/signals';

/** What went wrong last, in a sentence that says what to do. */
export const problem = signal<string | undefined>(undefined);

/** Shows an error to the visitor. */
export function showProblem(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  // Errors of the library start with the name of a function, which is for programmers.
  const sentence = text.replace(/^[a-zA-Z.]+: /, '');
  problem.value = sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Runs something for a visitor: what goes wrong is shown instead of thrown. */
export async function attempt<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    problem.value = undefined;
    return await run();
  } catch (error) {
    showProblem(error);
    return undefined;
  }
}
