import type { Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, slice } from '@tensorflow/tfjs-core';
import { expectClose, seededTensor, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedDraws } from '../draws';
import { PretrainedVit } from '../vision-transformer/pretrained-vit';
import { vitKinds } from '../vision-transformer/vit-kinds';
import { DinoDiscriminator } from './dino-discriminator';

/** Float32 roundings of the same sums. */
const ROUNDING = 1e-5;

describe('DinoDiscriminator', () => {
  const size = { width: 16, layers: 8, heads: 2, mlpWidth: 16, patchSize: 56, numPositions: 17 };
  let discriminator: DinoDiscriminator;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    const vit = new PretrainedVit(size, vitKinds.dino);
    vit.initialize(1, 'variancePreserving');
    discriminator = new DinoDiscriminator(vit);
    discriminator.initialize(2);
    discriminator.beforeForward();
  });
  afterAll(() => discriminator.dispose());

  const picture = (side: number): Tensor4D => seededTensor(3, 1, side, side, 3) as Tensor4D;

  it('has a head for each read-out, whose vectors are state, and none of the weights of the ViT', () => {
    // Before the first block and after the quarters, each with 12 tensors.
    const names = [...discriminator.namedParameters()].map(([name]) => name);
    expect(names).toHaveLength(5 * 16);
    expect(names.every((name) => name.startsWith('heads.'))).toBe(true);
    expect(discriminator.trainedParameters()).toHaveLength(5 * 10);
    expect(discriminator.stateParameters().map(([name]) => name)).toContain('heads.4.1.fn.0.weight_v');
  });

  it('gives a logit for each patch and read-out', () => {
    const view = discriminator.view(picture(32), recordedDraws([]));
    expect(view.map(({ shape }) => shape)).toEqual(new Array(5).fill([1, 16, 16]));
    expect(discriminator.logits(view).shape).toEqual([1, 5 * 16]);
  });

  it('crops large pictures at random, or shrinks them', () => {
    const large = picture(226);
    const cropped = discriminator.view(large, recordedDraws([0.4], [1, 2]));
    // A picture of 224 pixels is seen as it is.
    const window = discriminator.view(slice(large, [0, 1, 2, 0], [1, 224, 224, 3]), recordedDraws([]));
    expectClose(cropped[4]!, window[4]!, ROUNDING);
    const shrunk = discriminator.view(large, recordedDraws([0.6]));
    expect(cropped[0]!.shape).toEqual(shrunk[0]!.shape);
    const [a, b] = [cropped[0]!.dataSync(), shrunk[0]!.dataSync()];
    expect(a.some((value, i) => Math.abs(value - b[i]!) > ROUNDING)).toBe(true);
  });

  it('changes its logits with a power iteration', () => {
    const view = discriminator.view(picture(32), recordedDraws([]));
    const before = Float32Array.from(discriminator.logits(view).dataSync());
    discriminator.beforeForward();
    const after = discriminator.logits(view).dataSync();
    expect(after.some((value, i) => value !== before[i])).toBe(true);
  });

  it('leaves only what it returns', async () => {
    const pixels = picture(32);
    const left = await tensorsLeftBy(() => {
      const view = discriminator.view(pixels, recordedDraws([]));
      dispose([...view, discriminator.logits(view)]);
    });
    expect(left).toBe(0);
  });
});
