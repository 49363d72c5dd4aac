import { describe, expect, it } from 'vitest';
import { addAtLevel, carry, splitIntoLimbs, toBigInt } from './fixed-point';

describe('splitIntoLimbs', () => {
  it.each([0, 1, -1, 0.1, 7.999, -3.25, 2 ** -40, 4_000_000.5, -8_388_607])(
    'gives limbs of at most 2^20 that make up %d * 2^40, the last but for what is left',
    (value) => {
      const limbs = new Float64Array(3);
      splitIntoLimbs(value, 3, limbs, 0, 1);
      const [low, middle, high] = [...limbs].map((limb) => BigInt(limb)) as [bigint, bigint, bigint];
      expect(low + (middle << 21n) + (high << 42n)).toBe(BigInt(Math.round(value * 2 ** 40)));
      expect(Math.max(Math.abs(limbs[0]!), Math.abs(limbs[1]!))).toBeLessThanOrEqual(2 ** 20);
    },
  );
});

describe('addAtLevel', () => {
  it('adds value * 2^(21 level), in digits that carry', () => {
    const digits = new Float64Array(4);
    addAtLevel(digits, 0, 1, 2 ** 52 + 1, 1);
    addAtLevel(digits, 0, 1, -(2 ** 50 + 3), 2);
    addAtLevel(digits, 0, 1, 5, 0);
    addAtLevel(digits, 0, 1, 2 ** 51 - 1, 3);
    const wanted =
      (((1n << 52n) + 1n) << 21n) - (((1n << 50n) + 3n) << 42n) + 5n + (((1n << 51n) - 1n) << 63n);
    expect(toBigInt(digits, 0, 1)).toBe(wanted);
    carry(digits, 0, 1);
    expect(toBigInt(digits, 0, 1)).toBe(wanted);
    digits.subarray(0, 3).forEach((digit) => expect(Math.abs(digit)).toBeLessThanOrEqual(2 ** 41));
  });
});

describe('carry', () => {
  it('gives equal numbers one form', () => {
    const one = Float64Array.of(2 ** 42 + 3, 0);
    const other = Float64Array.of(3, 1);
    carry(one, 0, 1);
    carry(other, 0, 1);
    expect(one).toEqual(other);
  });
});
