import { describe, expect, it } from 'vitest';
import './equal-bytes';

describe('equality of arrays', () => {
  it('holds for the same values, also in a part of memory', () => {
    const all = Float32Array.of(0, 1, NaN, -0);
    expect(all.subarray(1)).toEqual(Float32Array.of(1, NaN, -0));
    expect({ bytes: Buffer.from('codes') }).toEqual({ bytes: Buffer.from('codes') });
  });

  it.each<[string, ArrayBufferView, ArrayBufferView]>([
    ['another value', Float32Array.of(1, 2), Float32Array.of(1, 3)],
    ['another sign of zero', Float32Array.of(0), Float32Array.of(-0)],
    ['another length', Uint8Array.of(1), Uint8Array.of(1, 0)],
    ['another type of the same bytes', Float32Array.of(0), Int32Array.of(0)],
  ])('does not hold for %s', (_, a, b) => {
    expect(a).not.toEqual(b);
  });

  it('shows where arrays differ', () => {
    expect(() => expect(Uint8Array.of(1, 2)).toEqual(Uint8Array.of(1, 4))).toThrow(/deeply equal/);
  });
});
