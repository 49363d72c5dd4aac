import { ShapeError } from '@restok/core';

/** The forward passes of one generation, as far as guidance and sampling care. */
export interface PassPlan {
  /** Latents that each pass predicts; the first pass sees the class only and predicts one. */
  readonly latentsPerPass: readonly number[];
  /** How many latents a HAR generator predicts one by one; absent for a plain autoregressive one. */
  readonly arTokenNum?: number;
}

/** Index of the first latent that each pass predicts. */
export function firstLatents({ latentsPerPass }: PassPlan): number[] {
  let numDone = 0;
  return latentsPerPass.map((size) => {
    numDone += size;
    return numDone - size;
  });
}

/**
 * How far generation has come at every pass, as the published code counts it.
 *
 * The class has 0, and a pass that follows n latents n / (L - 1), but for the exceptions below.
 *
 * @param numSteps counts passes instead: the i-th, from 0, has i / (numSteps - 1), which may go beyond 1.
 * @returns one ratio per pass.
 * @throws ShapeError when numSteps is not a whole number of at least 2.
 * @source method.md, section 7 (Sampling).
 * @asIs Of the passes in which a HAR generator predicts its first A latents one by one, all after the second
 *   have i / (A - 1) instead of i / (L - 1), so the ratio reaches 1 and falls back at the first level.
 */
export function guidanceRatios(plan: PassPlan, numSteps?: number): number[] {
  if (numSteps !== undefined && !(Number.isSafeInteger(numSteps) && numSteps >= 2)) {
    throw new ShapeError(
      `guidanceRatios: numSteps must be a whole number of at least 2, got ${numSteps}. Leave it out to count latents.`,
      { numSteps },
    );
  }
  const numLatents = plan.latentsPerPass.reduce((sum, size) => sum + size, 0);
  return firstLatents(plan).map((numDone, pass) => {
    if (numSteps !== undefined) {
      return pass / (numSteps - 1);
    }
    const isJump = plan.arTokenNum !== undefined && pass > 1 && pass < plan.arTokenNum;
    return numDone === 0 ? 0 : numDone / (isJump ? plan.arTokenNum - 1 : numLatents - 1);
  });
}
