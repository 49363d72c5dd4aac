import { describe, expect, it } from 'vitest';
import type { ParameterLayout } from './parameter-layout';
import { fromPublishedLayout, parameterLayouts, toPublishedLayout } from './parameter-layout';

function counting(shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => i);
}

describe('fromPublishedLayout', () => {
  it('moves a convolution from [O, I, k, k] to [k, k, I, O]', () => {
    // Two outputs of three inputs at one place: output-major becomes input-major.
    const values = Float32Array.of(0, 1, 2, 10, 11, 12);
    expect([...fromPublishedLayout(values, [2, 3, 1, 1], 'convolution')]).toEqual([0, 10, 1, 11, 2, 12]);
    // One output of one input: the window keeps its rows and columns.
    expect([...fromPublishedLayout(counting([1, 1, 3, 3]), [1, 1, 3, 3], 'convolution')]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    // Element (o, i, r, c) = 12 o + 4 i + 2 r + c goes to ((r · 2 + c) · 3 + i) · 2 + o.
    const moved = fromPublishedLayout(counting([2, 3, 2, 2]), [2, 3, 2, 2], 'convolution');
    expect(moved[((1 * 2 + 0) * 3 + 2) * 2 + 1]).toBe(12 * 1 + 4 * 2 + 2 * 1 + 0);
  });

  it('moves channels of a patch last', () => {
    // One output, two channels of 1 x 2 pixels: c0p0 c0p1 c1p0 c1p1 becomes c0p0 c1p0 c0p1 c1p1.
    expect([...fromPublishedLayout(counting([1, 2, 1, 2]), [1, 2, 1, 2], 'patch')]).toEqual([0, 2, 1, 3]);
  });

  it.each(['plain', 'pointwise'] as const)('hands %s values back as they are', (layout) => {
    const values = counting([2, 3, 1, 1]);
    expect(fromPublishedLayout(values, [2, 3, 1, 1], layout)).toBe(values);
    expect(toPublishedLayout(values, [2, 3, 1, 1], layout)).toBe(values);
  });
});

describe('toPublishedLayout', () => {
  it.each(['plain', 'convolution', 'pointwise', 'patch'] satisfies ParameterLayout[])(
    'undoes %s',
    (layout) => {
      const shape = [2, 3, 4, 5];
      const values = counting(shape);
      const moved = fromPublishedLayout(values, shape, layout);
      expect(toPublishedLayout(moved, shape, layout)).toEqual(values);
    },
  );
});

describe('parameterLayouts', () => {
  it('gives the shape in memory', () => {
    expect(parameterLayouts.plain.shape([2, 3])).toEqual([2, 3]);
    expect(parameterLayouts.convolution.shape([8, 4, 3, 3])).toEqual([3, 3, 4, 8]);
    expect(parameterLayouts.pointwise.shape([8, 4, 1, 1])).toEqual([8, 4]);
    expect(parameterLayouts.patch.shape([8, 3, 16, 16])).toEqual([8, 768]);
  });
});
