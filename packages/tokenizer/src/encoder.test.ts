import { tensor3d, tidy } from '@tensorflow/tfjs-core';
import { testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { reinterpretLegacy, sumOfScales } from './encoder';

describe.each(testBackends)('reinterpretLegacy on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('builds position l from the channels c with c mod L = l of every latent', () => {
    // Two latents of four channels: 0 1 2 3 and 10 11 12 13.
    const values = tidy(() => [
      ...reinterpretLegacy(tensor3d([0, 1, 2, 3, 10, 11, 12, 13], [1, 2, 4])).dataSync(),
    ]);
    expect(values).toEqual([0, 2, 10, 12, 1, 3, 11, 13]);
  });
});

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
