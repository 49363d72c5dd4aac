import type { Tensor4D } from '@tensorflow/tfjs-core';
import { seededTensor, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { PatchGan } from './patch-gan';

describe('PatchGan', () => {
  beforeAll(() => useTestBackend('restok-node'));

  it('has the published names', () => {
    const names = [...new PatchGan().namedParameters()].map(([name, { publishedShape }]) => [
      name,
      publishedShape,
    ]);
    expect(Object.fromEntries(names)).toMatchObject({
      'block_in.0.weight': [128, 3, 5, 5],
      'blocks.1.0.weight': [256, 128, 3, 3],
      'blocks.2.2.bias': [512],
      'to_logits.2.weight': [1, 512, 5, 5],
    });
    expect(names).toHaveLength(18);
  });

  it('gives 256 logits of pictures of any size', async () => {
    const discriminator = new PatchGan(32);
    discriminator.initialize(1);
    const shapes = [16, 40].map((side) => discriminator.logits([seededTensor(1, 2, side, side, 3)]).shape);
    expect(shapes).toEqual([
      [2, 256],
      [2, 256],
    ]);
    const pixels = seededTensor(1, 1, 16, 16, 3) as Tensor4D;
    const left = await tensorsLeftBy(() => {
      const [view] = discriminator.view(pixels);
      discriminator.logits([view!]).dispose();
      view!.dispose();
    });
    expect(left).toBe(0);
    discriminator.dispose();
  });

  it('trains every parameter and keeps no state', () => {
    const discriminator = new PatchGan(32);
    expect(discriminator.trainedParameters()).toHaveLength(18);
    expect(discriminator.stateParameters()).toEqual([]);
  });
});
