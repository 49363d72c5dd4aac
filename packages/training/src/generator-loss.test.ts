import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { expectClose, FORWARD_TOLERANCE, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { generatorHits, generatorLosses, levelMeans } from './generator-loss';

const LOG3 = Math.log(3);

/** One sample of two latents over two codes: shares 1/4, 3/4 and 1/2, 1/2. */
const logits = (): Tensor3D => tensor3d([[[0, LOG3], [0, 0]]]); // prettier-ignore
const indices = (): Tensor2D => tensor2d([[1, 1]], undefined, 'int32');

describe.each(testBackends)('generatorLosses on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('is the cross entropy of every latent', () => {
    const losses = tidy(() => generatorLosses(logits(), indices()).dataSync());
    expectClose(losses, [Math.log(4 / 3), Math.log(2)], FORWARD_TOLERANCE);
  });

  it('leaves no tensors behind', async () => {
    const inputs = [logits(), indices()] as const;
    expect(await tensorsLeftBy(() => void generatorLosses(...inputs).dispose())).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});

describe('generatorHits', () => {
  it('tells where the most likely index, the first of equals, is the right one', async () => {
    await useTestBackend('restok-node');
    expect(tidy(() => [...generatorHits(logits(), indices()).dataSync()])).toEqual([1, 0]);
  });
});

describe('levelMeans', () => {
  it('averages over the latents of each level and over the batch', () => {
    // Levels of 1, 1 and 2 latents.
    expect(levelMeans([1, 2, 3, 5, 3, 4, 7, 9], [1, 1, 2])).toEqual([2, 3, 6]);
  });
});
