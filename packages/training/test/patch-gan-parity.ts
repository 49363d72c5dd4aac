import type { Scalar } from '@tensorflow/tfjs-core';
import { mul, sum, tidy } from '@tensorflow/tfjs-core';
import { loadParameters } from '@restok/ops';
import type { FixtureTensor, TestBackend } from '@restok/testing';
import {
  channelsFirst,
  expectValues,
  FORWARD_TOLERANCE,
  openFixture,
  relativeDistance,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { PatchGan } from '../src/discriminators/patch-gan';
import { valueAndGradients } from '../src/value-and-gradients';
import { BLOCK_GRADIENT_TOLERANCE, storedPictures, weightsBelow } from './loss-fixture';

/** Compares PatchGAN with the fixture of all losses. */
export function describePatchGan(fixtureName: string, backend: TestBackend): void {
  const fixture = openFixture(fixtureName);
  const io = fixture.tensors('io');
  const model = fixture.tensors('model');
  const grads = fixture.tensors('grads');
  const stored = (tensor: string): FixtureTensor => io.get(tensor)!;

  beforeAll(() => useTestBackend(backend));

  describe('PatchGan', () => {
    async function patchGan(): Promise<PatchGan> {
      const discriminator = new PatchGan(32);
      const ignore = (tensor: string): boolean => tensor.endsWith('.kernel');
      await loadParameters(discriminator, weightsBelow(model, 'discriminator.'), { ignore });
      return discriminator;
    }

    it.each([64, 128, 160])('gives the logits of pictures of %i pixels', async (side) => {
      const discriminator = await patchGan();
      const logits = discriminator.logitMap(storedPictures(stored(`disc.${side}.input`)));
      await expectValues(logits, stored(`disc.${side}.logits`).values, FORWARD_TOLERANCE);
      discriminator.dispose();
    });

    it('gives the gradients of the picture and of every parameter', async () => {
      const discriminator = await patchGan();
      const pixels = storedPictures(stored('disc.128.input'));
      const upstream = storedPictures(stored('disc.128.cotangent'));
      const parameters = discriminator.trainedParameters();
      const { gradients } = valueAndGradients(
        () => tidy(() => sum(mul(discriminator.logitMap(pixels), upstream)) as Scalar),
        [pixels, ...parameters.map(([, parameter]) => parameter.value)],
      );
      const [ofPixels, ...ofParameters] = gradients;
      expect(
        relativeDistance(await channelsFirst(ofPixels!), stored('disc.128.grad_input').values),
      ).toBeLessThan(BLOCK_GRADIENT_TOLERANCE);
      expect(parameters).toHaveLength(18);
      for (const [i, [name, parameter]] of parameters.entries()) {
        const published = await parameter.toPublished(ofParameters[i]!);
        const distance = relativeDistance(published, grads.get(`discriminator.${name}`)!.values);
        expect(distance, name).toBeLessThan(BLOCK_GRADIENT_TOLERANCE);
      }
      discriminator.dispose();
    });
  });
}
