import { tensor3d, tidy } from '@tensorflow/tfjs-core';
import { testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { reinterpretLegacy } from './encoder';

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
