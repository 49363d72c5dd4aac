import { mkdir } from 'node:fs/promises';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { clipByValue, mean, slice } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import { expectClose, FORWARD_TOLERANCE, seededTensor, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeStandInVit } from '../../test/loss-networks';
import { temporaryFolder } from '../../test/tiny-training';
import type { FoundationModelName } from './foundation-models';
import { foundationModels } from './foundation-models';
import { VitFeatures } from './vit-features';

describe('VitFeatures', () => {
  const at = temporaryFolder();
  beforeAll(async () => {
    await useTestBackend('restok-node');
    await mkdir(at('weights'));
  });

  const pixels = (): Tensor4D => clipByValue(seededTensor(1, 2, 32, 32, 3), 0, 1) as Tensor4D;

  it.each(Object.keys(foundationModels) as FoundationModelName[])(
    'gives a class feature and a grid of patch features of %s',
    async (name) => {
      const model: (typeof foundationModels)[FoundationModelName] & { resizeTo?: number } =
        foundationModels[name];
      const path = await writeStandInVit(at('weights'), model.kind, model.resizeTo ?? 32);
      const provider = await VitFeatures.open(path, model);
      expect(provider.width).toBe(64);
      expect(provider.gridOf(32)).toEqual({ rows: 4, columns: 4 });
      const { classFeature, patchFeatures } = await provider.features({ pixels: pixels(), pictures: [0, 1] });
      expect([classFeature.shape, patchFeatures.shape]).toEqual([
        [2, 64],
        [2, 16, 64],
      ]);
      if (name === 'siglip2') {
        // It has no class token.
        expectClose(classFeature, mean(patchFeatures, 1), FORWARD_TOLERANCE);
      }
      provider.dispose();
    },
  );

  it('sees each picture by itself', async () => {
    const path = await writeStandInVit(at('weights'), 'mae', 32);
    const provider = await VitFeatures.open(path, foundationModels.mae);
    const both = await provider.features({ pixels: pixels(), pictures: [0, 1] });
    const second = slice(pixels(), [1, 0, 0, 0], [1, 32, 32, 3]);
    const alone = await provider.features({ pixels: second, pictures: [1] });
    expectClose(alone.patchFeatures, slice(both.patchFeatures, [1, 0, 0], [1, 16, 64]), FORWARD_TOLERANCE);
    provider.dispose();
  });

  it('throws CheckpointError for weights of another kind', async () => {
    const path = await writeStandInVit(at('weights'), 'mae', 32);
    await expect(VitFeatures.open(path, foundationModels.dinov3)).rejects.toThrow(CheckpointError);
  });

  it('leaves no tensors behind', async () => {
    const path = await writeStandInVit(at('weights'), 'clip', 224);
    const x = pixels();
    const left = await tensorsLeftBy(async () => {
      const provider = await VitFeatures.open(path, foundationModels.clip);
      const { classFeature, patchFeatures } = await provider.features({ pixels: x, pictures: [0, 1] });
      classFeature.dispose();
      patchFeatures.dispose();
      provider.dispose();
    });
    expect(left).toBe(0);
  });
});
