import { tensor1d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { sumToChannels } from './sum-to-channels';

describe.each(testBackends)('sumToChannels on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('adds up all axes but the last', () => {
    tidy(() => {
      expect(sumToChannels(tensor3d([1, 10, 2, 20, 3, 30, 4, 40], [2, 2, 2])).arraySync()).toEqual([10, 100]);
      expect(sumToChannels(tensor1d([1, 2])).arraySync()).toEqual([1, 2]);
    });
  });
});
