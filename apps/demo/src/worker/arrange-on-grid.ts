/** Enough for directions of eight numbers to settle. */
const POWER_STEPS = 60;

/**
 * Puts rows of a table on a square grid so that neighbours are alike: sorted by their first principal component into
 * columns, and within a column by the second.
 *
 * @param values `[N, width]`, row-major.
 * @param columns side of the grid; from each cell's share of rows the middle one is taken.
 * @returns `[columns · columns]` row numbers.
 */
export function arrangeOnGrid(values: Float32Array, width: number, columns: number): Int32Array {
  const count = values.length / width;
  const covariance = covarianceOf(values, width);
  const first = leadingDirection(covariance, width);
  const second = leadingDirection(deflate(covariance, first, width), width);
  const along = (row: number, direction: Float64Array): number =>
    direction.reduce((sum, part, i) => sum + part * values[row * width + i]!, 0);
  const order = sortedBy(
    Array.from({ length: count }, (_, row) => row),
    (row) => along(row, first),
  );
  const cells = new Int32Array(columns * columns);
  for (let column = 0; column < columns; column++) {
    const part = order.slice(share(column, columns, count), share(column + 1, columns, count));
    const sorted = sortedBy(part, (row) => along(row, second));
    for (let row = 0; row < columns; row++) {
      cells[row * columns + column] =
        sorted[Math.floor(((row + 0.5) * sorted.length) / columns)] ?? order[0]!;
    }
  }
  return cells;
}

function share(part: number, parts: number, count: number): number {
  return Math.floor((part * count) / parts);
}

function sortedBy(rows: readonly number[], key: (row: number) => number): number[] {
  return rows
    .map((row) => [key(row), row] as const)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row);
}

function covarianceOf(values: Float32Array, width: number): Float64Array {
  const count = values.length / width;
  const mean = new Float64Array(width);
  values.forEach((value, i) => (mean[i % width]! += value / count));
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        covariance[i * width + j]! +=
          (values[row * width + i]! - mean[i]!) * (values[row * width + j]! - mean[j]!);
      }
    }
  }
  return covariance;
}

/** By repeated multiplication. */
function leadingDirection(matrix: Float64Array, width: number): Float64Array {
  let direction = Float64Array.from({ length: width }, (_, i) => 1 / (i + 1));
  for (let step = 0; step < POWER_STEPS; step++) {
    const next = multiply(matrix, direction, width);
    const norm = Math.hypot(...next);
    if (norm === 0) {
      return direction;
    }
    direction = next.map((value) => value / norm);
  }
  return direction;
}

function deflate(matrix: Float64Array, direction: Float64Array, width: number): Float64Array {
  const strength = multiply(matrix, direction, width).reduce(
    (sum, value, i) => sum + value * direction[i]!,
    0,
  );
  return matrix.map(
    (value, at) => value - strength * direction[Math.floor(at / width)]! * direction[at % width]!,
  );
}

function multiply(matrix: Float64Array, vector: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, i) =>
    vector.reduce((sum, value, j) => sum + value * matrix[i * width + j]!, 0),
  );
}
