/**
 * Classifier-free guidance: u + (c - u) · scale.
 *
 * @param logits those of the class c, then those without one u, row-major halves of one array; not changed.
 * @param scale exactly 1 takes those of the class.
 * @returns half as many values.
 * @source Ho and Salimans, arXiv 2207.12598; method.md, section 7 (Sampling).
 */
export function guidedLogits(logits: Float32Array, scale: number): Float32Array {
  const half = logits.length / 2;
  const guided = logits.slice(0, half);
  if (scale !== 1) {
    for (let i = 0; i < half; i++) {
      const free = logits[half + i]!;
      guided[i] = free + (guided[i]! - free) * scale;
    }
  }
  return guided;
}
