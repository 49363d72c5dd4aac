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
  return scale === 1
    ? logits.slice(0, half)
    : Float32Array.from({ length: half }, (_, i) => {
        const free = logits[half + i]!;
        return free + (logits[i]! - free) * scale;
      });
}
