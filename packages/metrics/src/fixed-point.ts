/**
 * Whole numbers beyond 2^53 as digits to the base 2^42, lowest first, each in -2^41 ... 2^41 - 1 but the last,
 * which takes what is left. A Float64 holds a digit exactly, with room for adding 2^11 of them.
 */
const DIGIT_BITS = 42;

/** The lowest bit of a feature: features are whole multiples of 2^-FRACTION_BITS. */
export const FRACTION_BITS = 40;

/** Features are split into limbs of this many bits, whose products sum up exactly in a Float64. */
const LIMB_BITS = 21;

/** Limbs of a feature: three hold whatever is below 2^(3 * LIMB_BITS - FRACTION_BITS) in magnitude. */
export const LIMBS = 3;

/** Features must be smaller in magnitude. */
export const FEATURE_LIMIT = 2 ** (LIMBS * LIMB_BITS - FRACTION_BITS);

/** Below this, two limbs are enough, the upper one having one bit more. */
export const TWO_LIMB_LIMIT = 2 ** (2 * LIMB_BITS + 1 - FRACTION_BITS);

const DIGIT_BASE = 2 ** DIGIT_BITS;
const LIMB_BASE = 2 ** LIMB_BITS;

/**
 * Splits a feature into limbs: value * 2^40, rounded to a whole number, is
 * limbs[0] + limbs[1] * 2^21 + limbs[2] * 2^42.
 *
 * @param limbs written at `offset`, `offset + stride` and, where `count` is 3, `offset + 2 * stride`.
 */
export function splitIntoLimbs(
  value: number,
  count: number,
  limbs: Float64Array,
  offset: number,
  stride: number,
): void {
  let rest = Math.round(value * 2 ** FRACTION_BITS);
  for (let limb = 0; limb < count - 1; limb++) {
    const upper = Math.round(rest / LIMB_BASE);
    limbs[offset + limb * stride] = rest - upper * LIMB_BASE;
    rest = upper;
  }
  limbs[offset + (count - 1) * stride] = rest;
}

/**
 * Adds `value` * 2^(21 * level) to the number whose digit `d` stands at `digits[d * stride + offset]`.
 *
 * @param value a whole number below 2^53 in magnitude.
 */
export function addAtLevel(
  digits: Float64Array,
  offset: number,
  stride: number,
  value: number,
  level: number,
): void {
  const position = offset + (level >> 1) * stride;
  if (level % 2 === 0) {
    digits[position]! += value;
  } else {
    const upper = Math.round(value / LIMB_BASE);
    digits[position]! += (value - upper * LIMB_BASE) * LIMB_BASE;
    digits[position + stride]! += upper;
  }
}

/** Brings every digit but the last back into its range: the one form that a number has. */
export function carry(digits: Float64Array, offset: number, stride: number): void {
  for (let position = offset; position + stride < digits.length; position += stride) {
    const over = Math.round(digits[position]! / DIGIT_BASE);
    if (over !== 0) {
      digits[position]! -= over * DIGIT_BASE;
      digits[position + stride]! += over;
    }
  }
}

/** The number itself. */
export function toBigInt(digits: Float64Array, offset: number, stride: number): bigint {
  let sum = 0n;
  let shift = 0n;
  for (let position = offset; position < digits.length; position += stride) {
    const digit = digits[position]!;
    if (digit !== 0) {
      sum += BigInt(digit) << shift;
    }
    shift += BigInt(DIGIT_BITS);
  }
  return sum;
}
