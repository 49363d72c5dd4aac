import { describe, expect, it } from 'vitest';
import { narrowToFloat16, widenBfloat16, widenFloat16 } from './half-precision';

/** Every pattern of 16 bits. */
const ALL_HALVES = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const INFINITY_BITS = 0x7c00;

/** The standard's formula: (-1)^s · 2^(e-15) · (1 + f/1024), or 2^-14 · f/1024 when e is 0. */
function valueOfHalf(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

/** The neighbour of a positive float32, one unit in the last place up or down. */
function neighbour(value: number, step: 1 | -1): number {
  const float = Float32Array.of(value);
  new Int32Array(float.buffer)[0]! += step;
  return float[0]!;
}

function narrow(value: number): number {
  return narrowToFloat16(Float32Array.of(value))[0]!;
}

describe('widenFloat16', () => {
  it('gives the value of every bit pattern, subnormals, infinities and NaN included', () => {
    expect([...widenFloat16(ALL_HALVES)]).toEqual([...ALL_HALVES].map(valueOfHalf));
  });
});

describe('widenBfloat16', () => {
  it('takes the upper half of a float32', () => {
    const halves = Uint16Array.of(0x3f80, 0xc020, 0x8000, 0x7f80, 0x0001, 0x7fc0);
    expect([...widenBfloat16(halves)]).toEqual([1, -2.5, -0, Infinity, 2 ** -133, NaN]);
  });
});

describe('narrowToFloat16', () => {
  it('gives back every value that a half can hold', () => {
    const numbers = ALL_HALVES.filter((bits) => !Number.isNaN(valueOfHalf(bits)));
    expect(narrowToFloat16(widenFloat16(numbers))).toEqual(numbers);
  });

  it('keeps NaN, with its sign', () => {
    expect(valueOfHalf(narrow(NaN))).toBeNaN();
    const negative = new Float32Array(Uint32Array.of(0xffc00001).buffer);
    expect(narrowToFloat16(negative)[0]).toBe(0xfe00);
  });

  it('rounds to the nearest and ties to even, between any two neighbours', () => {
    for (let bits = 0; bits < INFINITY_BITS - 1; bits++) {
      const middle = (valueOfHalf(bits) + valueOfHalf(bits + 1)) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const rounded = [neighbour(middle, -1), middle, neighbour(middle, 1), -middle].map(narrow);
      if (rounded.join() !== [bits, even, bits + 1, even | 0x8000].join()) {
        expect.fail(`around ${middle} got ${rounded.join(', ')}`);
      }
    }
  });

  it('flushes what is nearer to zero than to the smallest subnormal, keeping the sign', () => {
    expect([2 ** -25, -(2 ** -25), 2 ** -149, -0].map(narrow)).toEqual([0, 0x8000, 0, 0x8000]);
    expect(narrow(neighbour(2 ** -25, 1))).toBe(1);
  });

  it('turns what is beyond 65504 into infinity from the half-way value on', () => {
    expect([neighbour(65520, -1), 65520, 1e30, -1e30].map(narrow)).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
  });

  it('reads a part of a larger buffer', () => {
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect([...narrowToFloat16(values)]).toEqual([0x3c00, 0x4000]);
  });
});
