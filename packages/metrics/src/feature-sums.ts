import { ShapeError } from '@restok/core';
import { addAtLevel, carry, FEATURE_LIMIT, LIMBS, splitIntoLimbs, TWO_LIMB_LIMIT } from './fixed-point';
import { addColumnProducts, COLUMN_BLOCK } from './column-products';

/** Rows whose products are summed before digits carry: 256 * 2^44 is below 2^53. */
const CHUNK_ROWS = 256;

/** Digits of a sum of features: up to 2^42 rows. */
const FEATURE_DIGITS = 3;

/** Digits of a sum of products of two features. */
const PRODUCT_DIGITS = 4;

/** What statistics are made of: whole numbers, so that adding them is exact. */
export interface FeatureSums {
  readonly dim: number;
  /** Rows summed. */
  readonly count: number;
  /** `[3, dim]`: digits of the sum of each feature, in units of 2^-40. */
  readonly features: Float64Array;
  /** `[4, dim * (dim + 1) / 2]`: digits of the sum of x_i x_j, i <= j, row by row, in units of 2^-80. */
  readonly products: Float64Array;
}

/**
 * Sums of no rows.
 *
 * @throws ShapeError when `dim` is not a whole number from 1 on.
 */
export function emptySums(caller: string, dim: number): FeatureSums {
  if (!Number.isInteger(dim) || dim < 1) {
    throw new ShapeError(
      `${caller}: dim must be a whole number from 1 on, got ${dim}. Pass the number of features per picture.`,
      { actual: dim },
    );
  }
  return {
    dim,
    count: 0,
    features: new Float64Array(FEATURE_DIGITS * dim),
    products: new Float64Array((PRODUCT_DIGITS * dim * (dim + 1)) / 2),
  };
}

/** The same sums in arrays of their own. */
export function copyOf(sums: FeatureSums): FeatureSums {
  return { ...sums, features: sums.features.slice(), products: sums.products.slice() };
}

/** Adds `other` to `sums`, whose arrays are written to. */
export function addSums(sums: FeatureSums, other: FeatureSums): FeatureSums {
  addDigits(sums.features, other.features, FEATURE_DIGITS);
  addDigits(sums.products, other.products, PRODUCT_DIGITS);
  return { ...sums, count: sums.count + other.count };
}

function addDigits(digits: Float64Array, other: Float64Array, numDigits: number): void {
  const stride = digits.length / numDigits;
  for (let i = 0; i < digits.length; i++) {
    digits[i]! += other[i]!;
  }
  for (let i = 0; i < stride; i++) {
    carry(digits, i, stride);
  }
}

/**
 * Adds rows of features to `sums`, whose arrays are written to.
 *
 * @param features `[rows, dim]`, flattened.
 * @throws ShapeError when the values do not fill rows, or one is not finite or 2^23 or more in magnitude; nothing
 * is added then.
 */
export function addFeatures(caller: string, sums: FeatureSums, features: ArrayLike<number>): FeatureSums {
  const { dim } = sums;
  const largest = largestMagnitude(caller, features, dim);
  const numLimbs = largest < TWO_LIMB_LIMIT ? 2 : LIMBS;
  const rows = features.length / dim;
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    addChunk(sums, features, start, Math.min(rows, start + CHUNK_ROWS), numLimbs);
  }
  return { ...sums, count: sums.count + rows };
}

function largestMagnitude(caller: string, features: ArrayLike<number>, dim: number): number {
  if (features.length % dim !== 0) {
    throw new ShapeError(
      `${caller}: features must be [rows, ${dim}], got ${features.length} values. Pass whole rows.`,
      { dim, actual: features.length },
    );
  }
  let largest = 0;
  for (let i = 0; i < features.length; i++) {
    const magnitude = Math.abs(features[i]!);
    if (!(magnitude < FEATURE_LIMIT)) {
      throw new ShapeError(
        `${caller}: features must be numbers below 2^23 in magnitude, got ${features[i]} in row ${Math.floor(i / dim)}. Look for a picture that breaks the network, or scale the features.`,
        { actual: features[i], row: Math.floor(i / dim), column: i % dim },
      );
    }
    largest = Math.max(largest, magnitude);
  }
  return largest;
}

function addChunk(
  sums: FeatureSums,
  features: ArrayLike<number>,
  startRow: number,
  endRow: number,
  numLimbs: number,
): void {
  const { dim } = sums;
  const rows = endRow - startRow;
  const columns = Math.ceil(dim / COLUMN_BLOCK) * COLUMN_BLOCK;
  // [limbs, columns, rows]: a column's rows stand together, columns beyond dim stay zero.
  const limbs = new Float64Array(numLimbs * columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < dim; column++) {
      const value = features[(startRow + row) * dim + column]!;
      splitIntoLimbs(value, numLimbs, limbs, column * rows + row, columns * rows);
    }
  }
  addColumnSums(sums, limbs, numLimbs, rows, columns);
  addProductSums(sums, limbs, numLimbs, rows, columns);
}

function addColumnSums(
  { dim, features }: FeatureSums,
  limbs: Float64Array,
  numLimbs: number,
  rows: number,
  columns: number,
): void {
  for (let column = 0; column < dim; column++) {
    for (let limb = 0; limb < numLimbs; limb++) {
      const start = (limb * columns + column) * rows;
      let sum = 0;
      for (let i = start; i < start + rows; i++) {
        sum += limbs[i]!;
      }
      addAtLevel(features, column, dim, sum, limb);
    }
    carry(features, column, dim);
  }
}

function addProductSums(
  { dim, products }: FeatureSums,
  limbs: Float64Array,
  numLimbs: number,
  rows: number,
  columns: number,
): void {
  const pairs = products.length / PRODUCT_DIGITS;
  const numLevels = 2 * numLimbs - 1;
  const limbSize = columns * rows;
  // [levels, COLUMN_BLOCK, columns]
  const blockSize = COLUMN_BLOCK * columns;
  const levels = new Float64Array(numLevels * blockSize);
  for (let firstColumn = 0; firstColumn < dim; firstColumn += COLUMN_BLOCK) {
    levels.fill(0);
    for (let a = 0; a < numLimbs; a++) {
      for (let b = 0; b < numLimbs; b++) {
        addColumnProducts({
          left: limbs.subarray(a * limbSize, (a + 1) * limbSize),
          right: limbs.subarray(b * limbSize, (b + 1) * limbSize),
          rows,
          columns,
          firstColumn,
          products: levels.subarray((a + b) * blockSize, (a + b + 1) * blockSize),
        });
      }
    }
    for (let i = firstColumn; i < Math.min(dim, firstColumn + COLUMN_BLOCK); i++) {
      const rowStart = i * dim - (i * (i - 1)) / 2 - i;
      for (let j = i; j < dim; j++) {
        for (let level = 0; level < numLevels; level++) {
          const value = levels[level * blockSize + (i - firstColumn) * columns + j]!;
          addAtLevel(products, rowStart + j, pairs, value, level);
        }
        carry(products, rowStart + j, pairs);
      }
    }
  }
}
