import type { GenerateOptions, GenerationStep } from '@restok/generator';
import type { PageGenerator } from './page-generator';

/** Options of the pictures from `first` to `end`, exclusive. */
export type OptionsOf = (first: number, end: number) => GenerateOptions;

/**
 * Generates pictures so many at a time, each pass of all of them before the next: the steps are those that all
 * pictures together would give.
 *
 * @param atOnce pictures that a pass takes together.
 */
export async function* generateInParts(
  generator: Pick<PageGenerator, 'generate'>,
  labels: readonly number[],
  atOnce: number,
  optionsOf: OptionsOf,
): AsyncGenerator<GenerationStep> {
  const parts: AsyncGenerator<GenerationStep>[] = [];
  for (let first = 0; first < labels.length; first += atOnce) {
    const end = Math.min(first + atOnce, labels.length);
    parts.push(
      generator.generate(labels.slice(first, end), { ...optionsOf(first, end), firstSample: first }),
    );
  }
  try {
    for (;;) {
      const steps: GenerationStep[] = [];
      for (const part of parts) {
        const next = await part.next();
        if (next.done !== true) {
          steps.push(next.value);
        }
      }
      const [step] = steps;
      if (step === undefined) {
        return;
      }
      yield { ...step, indices: Int32Array.from(steps.flatMap(({ indices }) => [...indices])) };
    }
  } finally {
    // Whoever leaves early frees what all parts hold.
    await Promise.all(parts.map((part) => part.return(undefined)));
  }
}
