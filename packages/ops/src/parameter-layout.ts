/**
 * How a published tensor is laid out in memory here.
 *
 * - `plain`: as published.
 * - `convolution`: published [O, I, k, k], here [k, k, I, O], what tfjs convolutions take.
 * - `pointwise`: published [O, I, 1, 1], here [O, I], a linear layer over channels.
 * - `patch`: published [O, C, p, p], here [O, p·p·C], a linear layer over a patch read row by row,
 *   channels last.
 */
export const parameterLayouts = {
  plain: { order: undefined, shape: (published: readonly number[]) => [...published] },
  convolution: {
    order: [2, 3, 1, 0],
    shape: ([outputs, inputs, rows, columns]: readonly number[]) => [rows!, columns!, inputs!, outputs!],
  },
  pointwise: { order: undefined, shape: ([outputs, inputs]: readonly number[]) => [outputs!, inputs!] },
  patch: {
    order: [0, 2, 3, 1],
    shape: ([outputs, channels, rows, columns]: readonly number[]) => [
      outputs!,
      rows! * columns! * channels!,
    ],
  },
} as const;

export type ParameterLayout = keyof typeof parameterLayouts;

/** Values in published order to the order in memory; the input itself where nothing moves. */
export function fromPublishedLayout(
  values: Float32Array,
  shape: readonly number[],
  layout: ParameterLayout,
): Float32Array {
  const order = parameterLayouts[layout].order;
  return order === undefined ? values : permute(values, shape, order);
}

/** The inverse of {@link fromPublishedLayout}; `shape` is the published one. */
export function toPublishedLayout(
  values: Float32Array,
  shape: readonly number[],
  layout: ParameterLayout,
): Float32Array {
  const order = parameterLayouts[layout].order;
  if (order === undefined) {
    return values;
  }
  const inverse = order.map((_, axis) => order.findIndex((from) => from === axis));
  return permute(
    values,
    order.map((axis) => shape[axis]!),
    inverse,
  );
}

/** Transposes a row-major 4D array: axis i of the result is axis order[i] of the input. */
function permute(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const result = new Float32Array(values.length);
  let target = 0;
  for (let a = 0; a < n0; a++) {
    for (let b = 0; b < n1; b++) {
      for (let c = 0; c < n2; c++) {
        const start = a * s0 + b * s1 + c * s2;
        for (let d = 0; d < n3; d++) {
          result[target++] = values[start + d * s3]!;
        }
      }
    }
  }
  return result;
}
