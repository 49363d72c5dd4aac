/**
 * Drops, in place, all logits below the k-th largest.
 *
 * @param logits of one position; dropped ones become -Infinity.
 * @param topK k; 0, or at least as many as there are logits, drops none.
 * @source Fan et al., arXiv 1805.04833; method.md, section 7 (Sampling).
 * @asIs Logits equal to the k-th are all kept, so more than k may stay.
 */
export function keepTopK(logits: Float32Array, topK: number): void {
  if (topK === 0 || topK >= logits.length) {
    return;
  }
  const kth = logits.slice().sort()[logits.length - topK]!;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! < kth) {
      logits[i] = -Infinity;
    }
  }
}
