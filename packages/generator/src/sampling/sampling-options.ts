import { ShapeError } from '@restok/core';

/** How indices are drawn from logits. */
export interface SamplingOptions {
  /** Above 0; 1 when left out. Below 1 draws likelier indices more often. */
  readonly temperature?: number;
  /** Only this many of the likeliest indices may be drawn; 0, the default, is all, 1 is greedy. */
  readonly topK?: number;
  /** Only the likeliest indices that together have this probability may be drawn; 1, the default, is all. */
  readonly topP?: number;
}

/**
 * Fills in the defaults.
 *
 * @throws ShapeError when a number is out of range.
 */
export function checkedSamplingOptions(caller: string, options: SamplingOptions): Required<SamplingOptions> {
  const { temperature = 1, topK = 0, topP = 1 } = options;
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new ShapeError(
      `${caller}: temperature must be above 0, got ${temperature}. Set topK to 1 for the likeliest index.`,
      { temperature },
    );
  }
  if (!(Number.isSafeInteger(topK) && topK >= 0)) {
    throw new ShapeError(
      `${caller}: topK must be a whole number of at least 0, got ${topK}. Use 0 to allow every index.`,
      { topK },
    );
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new ShapeError(
      `${caller}: topP must be above 0 and at most 1, got ${topP}. Use 1 to allow every index.`,
      { topP },
    );
  }
  return { temperature, topK, topP };
}
