/** The largest of some logits; NaN when one of them is. */
export function largestOf(logits: Float32Array): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    largest = Math.max(largest, logits[i]!);
  }
  return largest;
}

/**
 * Softmax of one position's logits, in double precision.
 *
 * @param logits -Infinity has probability 0; one at least is finite.
 */
export function probabilitiesOf(logits: Float32Array): Float64Array {
  const largest = largestOf(logits);
  const probabilities = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    probabilities[i] = logits[i] === -Infinity ? 0 : Math.exp(logits[i]! - largest);
    total += probabilities[i]!;
  }
  for (let i = 0; i < logits.length; i++) {
    probabilities[i]! /= total;
  }
  return probabilities;
}
