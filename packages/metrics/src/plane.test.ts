import { describe, expect, it } from 'vitest';
import { channelPlanes, halvePlane, multiplyPlanes } from './plane';

function plane(height: number, width: number, values: number[]) {
  return { height, width, values: Float64Array.from(values) };
}

describe('channelPlanes', () => {
  it('takes every n-th sample', () => {
    const planes = channelPlanes([1, 10, 2, 20], { height: 1, width: 2, channels: 2, peak: 1 });
    expect(planes.map(({ values }) => [...values])).toEqual([
      [1, 2],
      [10, 20],
    ]);
  });
});

describe('multiplyPlanes', () => {
  it('multiplies value by value', () => {
    expect([...multiplyPlanes(plane(1, 2, [2, 3]), plane(1, 2, [5, 7])).values]).toEqual([10, 21]);
  });
});

describe('halvePlane', () => {
  it('averages 2x2 blocks', () => {
    expect(halvePlane(plane(2, 4, [1, 3, 0, 0, 5, 7, 4, 8]))).toEqual(plane(1, 2, [4, 3]));
  });

  it('counts a zero before the first of an odd number of columns', () => {
    // Columns 0 | 4 and 8 | 12: (0 + 4 + 0 + 4) / 4 and (8 + 12 + 8 + 12) / 4.
    expect(halvePlane(plane(2, 3, [4, 8, 12, 4, 8, 12]))).toEqual(plane(1, 2, [2, 10]));
  });

  it('counts a zero before the first of an odd number of rows', () => {
    expect(halvePlane(plane(1, 2, [4, 8]))).toEqual(plane(1, 1, [3]));
  });
});
