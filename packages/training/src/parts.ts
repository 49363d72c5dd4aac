import type { Tensor } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';
import type { Parameter } from '@restok/ops';

/** Computes parts of a step elsewhere, for instance in other processes, from the current parameters. */
export interface PartHelper<Part, Result> {
  /** How many parts it computes at a time. */
  readonly capacity: number;
  /**
   * Takes the values that the parts started from now on are computed with; called once a step.
   *
   * @param parameters of the whole model.
   * @param trained those of them that a part gives the gradients of.
   */
  share(parameters: readonly Parameter[], trained: readonly Parameter[]): void;
  /** Hands a part over; the function that it gives waits for the result. */
  start(part: Part): Promise<() => Promise<Result>>;
}

/** Parameters of a model by name, and those of them that are trained. */
export interface SharedParameters {
  readonly parameters: readonly (readonly [string, Parameter])[];
  readonly trained: readonly (readonly [string, Parameter])[];
}

/**
 * Computes the parts of a step: the helper's run while this thread computes its own.
 *
 * @returns results in the order of the parts.
 */
export async function computeParts<Part, Result>(
  parts: readonly Part[],
  { parameters, trained }: SharedParameters,
  compute: (part: Part) => Promise<Result>,
  helper?: PartHelper<Part, Result>,
): Promise<Result[]> {
  const perRound = 1 + (helper?.capacity ?? 0);
  if (parts.length > 1) {
    helper?.share(
      parameters.map(([, parameter]) => parameter),
      trained.map(([, parameter]) => parameter),
    );
  }
  const results: Result[] = [];
  for (let start = 0; start < parts.length; start += perRound) {
    const [own, ...elsewhere] = parts.slice(start, start + perRound) as [Part, ...Part[]];
    const helped = await Promise.all(elsewhere.map((part) => helper!.start(part)));
    const mine = await compute(own);
    results.push(mine, ...(await Promise.all(helped.map((result) => result()))));
  }
  return results;
}

/** Sums of the gradients of all parts, which are consumed. */
export function sumGradients(all: readonly Tensor[][]): Tensor[] {
  return all.reduce((sums, more) =>
    sums.map((sum, i) => {
      const total = add(sum, more[i]!);
      sum.dispose();
      more[i]!.dispose();
      return total;
    }),
  );
}

/** Means of numbers that go by the same names; every part has the same ones. */
export function meanTerms<Terms extends Readonly<Partial<Record<keyof Terms, number>>>>(
  all: readonly Terms[],
): Terms {
  const [first] = all as readonly [Terms, ...Terms[]];
  const means = Object.keys(first).map((key) => [
    key,
    all.reduce((sum, terms) => sum + terms[key as keyof Terms]!, 0) / all.length,
  ]);
  return Object.fromEntries(means) as Terms;
}
