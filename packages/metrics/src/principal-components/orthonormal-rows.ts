/** Below this share of its length, what is left of a row is rounding. */
const DEPENDENT = 1e-6;

/**
 * Gram-Schmidt, each row twice against the ones above; a row that those make up becomes zero.
 *
 * @param values `[rows, width]`, overwritten.
 * @returns `[rows, width]`.
 */
export function orthonormalRows(values: Float64Array, rows: number): Float32Array {
  const width = values.length / rows;
  const row = (i: number): Float64Array => values.subarray(i * width, (i + 1) * width);
  for (let i = 0; i < rows; i++) {
    const own = row(i);
    for (let repeat = 0; repeat < 2; repeat++) {
      const before = Math.sqrt(dot(own, own));
      for (let j = 0; j < i; j++) {
        const unit = row(j);
        const overlap = dot(own, unit);
        for (let k = 0; k < width; k++) {
          own[k]! -= overlap * unit[k]!;
        }
      }
      const after = Math.sqrt(dot(own, own));
      const scale = after > DEPENDENT * before ? 1 / after : 0;
      for (let k = 0; k < width; k++) {
        own[k]! *= scale;
      }
    }
  }
  return Float32Array.from(values);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    sum += a[k]! * b[k]!;
  }
  return sum;
}
