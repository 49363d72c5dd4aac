import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { quantizeRows } from './quantized-rows';

describe('quantizeRows', () => {
  it('moves no value by more than half a step of its row', () => {
    const random = new Random(1);
    const values = Float32Array.from({ length: 8 * 32 }, (_, i) => random.normal() * 10 ** (i >> 5));
    const { codes, scales } = quantizeRows('w', values, 8);
    for (let i = 0; i < values.length; i++) {
      const scale = scales[i >> 5]!;
      expect(Math.abs(codes[i]! * scale - values[i]!)).toBeLessThanOrEqual(0.5001 * scale);
    }
    for (let row = 0; row < 8; row++) {
      expect(Math.max(...codes.subarray(32 * row, 32 * row + 32).map(Math.abs))).toBe(127);
    }
  });

  it('keeps a row of zeros', () => {
    const { codes, scales } = quantizeRows('w', Float32Array.of(0, 0, 0, 1), 2);
    expect([...codes]).toEqual([0, 0, 0, 127]);
    expect([...scales]).toEqual([1, Math.fround(1 / 127)]);
  });

  it.each([NaN, Infinity])('refuses %d in one line', (value) => {
    expect(() => quantizeRows('layer.weight', Float32Array.of(1, 1, 1, value), 2)).toThrow(
      'saveOnnx: layer.weight must hold finite values to be stored as int8, got others in row 1. Check the weights.',
    );
  });
});
