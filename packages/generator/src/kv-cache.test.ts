import type { Tensor3D } from '@tensorflow/tfjs-core';
import { memory, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { expectClose, KERNEL_TOLERANCE, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { KvCache } from './kv-cache';

const SIZES = { numLayers: 2, batch: 1, numKeyHeads: 1, capacity: 2, headWidth: 1 };

/** One position with query 0, key 0 and a value: attention is the mean of the values that it sees. */
const position = (value: number): Tensor3D => tensor3d([0, 0, value], [1, 1, 3]);

describe.each(testBackends)('KvCache on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('remembers each layer by itself, also what was added inside a tidy', () => {
    const cache = new KvCache(SIZES);
    const attend = (layer: number, value: number, place: number, visibleKeys?: number[]): number =>
      tidy(
        () =>
          cache.attend(layer, position(value), { numHeads: 1, position: place, visibleKeys }).dataSync()[0]!,
      );
    expectClose([attend(0, 4, 0), attend(1, 10, 0)], [4, 10], KERNEL_TOLERANCE);
    expectClose([attend(0, 8, 1), attend(1, 20, 1)], [6, 15], KERNEL_TOLERANCE);
    expectClose([attend(0, 2, 0, [2])], [5], KERNEL_TOLERANCE);
    cache.dispose();
  });

  it('holds zeros where nothing was written', () => {
    const cache = new KvCache(SIZES);
    const seen = tidy(
      () => cache.attend(0, position(4), { numHeads: 1, position: 0, visibleKeys: [2] }).dataSync()[0]!,
    );
    expectClose([seen], [2], KERNEL_TOLERANCE);
    cache.dispose();
  });

  it('frees everything', () => {
    const before = memory().numTensors;
    const cache = new KvCache(SIZES);
    tidy(() => void cache.attend(0, position(1), { numHeads: 1, position: 0 }));
    cache.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
