import { probabilitiesOf } from './probabilities';

/** Makes up for rounding in the sum of probabilities that are too small to be kept. */
const MARGIN = 0.999;

/**
 * Drops, in place, the least likely logits: going from the likeliest down, everything after the one with which
 * the sum of probabilities first exceeds p. Of equal logits those of lower index are kept first.
 *
 * @param logits of one position; dropped ones become -Infinity.
 * @param topP p in (0, 1]; 1 drops none.
 * @source Holtzman et al., arXiv 1904.09751; method.md, section 7 (Sampling).
 */
export function keepTopP(logits: Float32Array, topP: number): void {
  if (topP === 1) {
    return;
  }
  const probabilities = probabilitiesOf(logits);
  // All below this have less than 1 - p together, so they come after the last one that is kept.
  const smallest = (MARGIN * (1 - topP)) / logits.length;
  // Sorted by value, which needs no comparison function and is several times as fast as sorting positions.
  const descending = probabilities
    .filter((probability) => probability >= smallest)
    .sort()
    .reverse();
  let numKept = 0;
  for (let sum = 0; numKept < descending.length && sum <= topP; numKept++) {
    sum += descending[numKept]!;
  }
  const last = descending[numKept - 1]!;
  let numEqualKept = numKept - descending.indexOf(last);
  for (let i = 0; i < logits.length; i++) {
    const probability = probabilities[i]!;
    if (probability < last || (probability === last && numEqualKept-- <= 0)) {
      logits[i] = -Infinity;
    }
  }
}
