/**
 * A quantizer gives the 2^bits levels that stand for coordinates of variance 1; each coordinate is stored as the
 * number of its nearest level.
 *
 * @typedef {(bits: number) => Float64Array} Quantizer
 */

/** Evenly spaced levels over three standard deviations to either side. */
const uniformReach = 3;

/** The normal density is tabulated to six standard deviations, far beyond any level. */
const tableReach = 6;
const tableSize = 24000;

/** Enough for 256 levels to stop moving in the fourth digit. */
const lloydRounds = 2000;

/** @type {Quantizer} */
export function uniform(bits) {
  const count = 2 ** bits;
  return Float64Array.from({ length: count }, (_, i) => uniformReach * ((2 * i + 1) / count - 1));
}

/**
 * The levels of least mean squared error for a normal distribution.
 *
 * @type {Quantizer}
 * @source J. Max, "Quantizing for minimum distortion", 1960; start: levels as dense as the cube root of the
 * density (Panter and Dite, 1951), then Lloyd's rounds.
 */
export function gaussian(bits) {
  const positions = Float64Array.from(
    { length: tableSize },
    (_, i) => tableReach * ((2 * i + 1) / tableSize - 1),
  );
  const density = positions.map((x) => Math.exp(-(x * x) / 2));
  const mass = runningSum(density);
  const moment = runningSum(density.map((value, i) => value * positions[i]));
  let levels = evenShares(positions, runningSum(density.map(Math.cbrt)), 2 ** bits);
  for (let round = 0; round < lloydRounds; round++) {
    const edges = [-tableReach, ...boundaries(levels), tableReach];
    const massBelow = edges.map((edge) => below(mass, edge));
    const momentBelow = edges.map((edge) => below(moment, edge));
    levels = levels.map((_, i) => (momentBelow[i + 1] - momentBelow[i]) / (massBelow[i + 1] - massBelow[i]));
  }
  return levels;
}

/** Quantizers by the name that reports use. */
export const quantizers = { uniform, gaussian };

/**
 * The level nearest to a value.
 *
 * @param {number} value
 * @param {Float64Array} levels ascending.
 * @param {Float64Array} edges `boundaries(levels)`
 */
export function nearestLevel(value, levels, edges) {
  return levels[firstAtLeast(edges, value)];
}

/** Midpoints of neighbouring levels. */
export function boundaries(levels) {
  return Float64Array.from({ length: levels.length - 1 }, (_, i) => (levels[i] + levels[i + 1]) / 2);
}

/** Index of the first of ascending values that is at least `bound`; their number if none is. */
function firstAtLeast(values, bound) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < bound) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** 0, v0, v0 + v1, ... */
function runningSum(values) {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => {
    sums[i + 1] = sums[i] + value;
  });
  return sums;
}

/** A running sum up to a position, cells that it cuts counted in part. */
function below(sums, position) {
  const cells = (tableSize * (position / tableReach + 1)) / 2;
  const whole = Math.min(Math.floor(cells), tableSize - 1);
  return sums[whole] + (cells - whole) * (sums[whole + 1] - sums[whole]);
}

/** Positions that cut the tabulated mass into `count` equal shares, at the middle of each share. */
function evenShares(positions, sums, count) {
  return Float64Array.from({ length: count }, (_, i) => {
    const share = ((i + 0.5) / count) * sums.at(-1);
    return positions[Math.max(firstAtLeast(sums, share) - 1, 0)];
  });
}
