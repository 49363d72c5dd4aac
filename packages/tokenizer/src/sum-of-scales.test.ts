import { tensor3d, tidy } from '@tensorflow/tfjs-core';
import { testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { sumOfScales } from './sum-of-scales';

describe.each(testBackends)('sumOfScales on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('repeats coarser tokens in flattened order and adds them to the finest', () => {
    const values = tidy(() => {
      const scales = [
        tensor3d([100], [1, 1, 1]),
        tensor3d([10, 20], [1, 2, 1]),
        tensor3d([1, 2, 3, 4], [1, 4, 1]),
      ];
      return [...sumOfScales(scales).dataSync()];
    });
    expect(values).toEqual([111, 112, 123, 124]);
  });
});
