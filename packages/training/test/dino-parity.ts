import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { keep, mul, sum, tidy } from '@tensorflow/tfjs-core';
import { loadParameters } from '@restok/ops';
import type { FixtureTensor, TestBackend } from '@restok/testing';
import {
  channelsBeforeTokens,
  channelsFirst,
  expectValues,
  FORWARD_TOLERANCE,
  openFixture,
  relativeDistance,
  useTestBackend,
} from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DinoDiscriminator } from '../src/discriminators/dino-discriminator';
import { recordedDraws } from '../src/draws';
import { valueAndGradients } from '../src/value-and-gradients';
import { PretrainedVit } from '../src/vision-transformer/pretrained-vit';
import { vitKinds } from '../src/vision-transformer/vit-kinds';
import { BLOCK_GRADIENT_TOLERANCE, storedPictures, storedTensor, weightsBelow } from './loss-fixture';

const noDraws = recordedDraws([]);

/** Compares the DINO discriminator with the fixture of all losses. */
export function describeDinoDiscriminator(fixtureName: string, backend: TestBackend): void {
  describe('DinoDiscriminator', () => {
    const fixture = openFixture(fixtureName);
    const io = fixture.tensors('io');
    const model = fixture.tensors('model');
    const grads = fixture.tensors('grads');
    const stored = (tensor: string): FixtureTensor => io.get(tensor)!;
    const cancelling = fixture.config.reference.grads_that_cancel_to_rounding_noise as string[];
    let discriminator: DinoDiscriminator;

    beforeAll(async () => {
      await useTestBackend(backend);
      const vit = await PretrainedVit.fromWeights(weightsBelow(model, 'dino_frozen.'), vitKinds.dino, 2);
      discriminator = new DinoDiscriminator(vit, [0, 1, 3]);
      await loadParameters(discriminator, weightsBelow(model, 'dino_discriminator.'));
    });
    afterAll(() => discriminator.dispose());

    function logitsOf(pixels: Tensor4D, draws = noDraws): Tensor2D {
      return tidy(() => discriminator.logits(discriminator.view(pixels, draws)));
    }

    it('gives the read-outs of the frozen ViT', async () => {
      const view = discriminator.view(storedPictures(stored('dino.small.input')), noDraws);
      for (const [i, tokens] of view.entries()) {
        const expected = stored(`dino.small.activation.${i}`).values;
        const published = (await channelsBeforeTokens(tokens)).subarray(0, expected.length);
        await expectValues(published, expected, FORWARD_TOLERANCE, `read-out ${i}`);
      }
    });

    it('gives the logits of small pictures without a power iteration', async () => {
      const logits = logitsOf(storedPictures(stored('dino.small.input')));
      await expectValues(logits, stored('dino.small.eval_logits').values, FORWARD_TOLERANCE);
    });

    it('gives the logits of large pictures, shrunk and cropped', async () => {
      const pixels = storedPictures(stored('dino.large.input'));
      await expectValues(
        logitsOf(pixels, recordedDraws([0.7])),
        stored('dino.large.area_logits').values,
        FORWARD_TOLERANCE,
      );
      const offset = [...stored('dino.large.crop_offset').values];
      const cropped = logitsOf(pixels, recordedDraws([0.2], offset));
      await expectValues(cropped, stored('dino.large.crop_logits').values, FORWARD_TOLERANCE);
    });

    it('gives logits, gradients and the vectors of spectral norm of a forward pass of training', async () => {
      const pixels = storedPictures(stored('dino.small.input'));
      const upstream = storedTensor(stored('dino.small.cotangent'));
      const parameters = discriminator.trainedParameters();
      discriminator.beforeForward();
      let logits: Tensor2D | undefined;
      const { gradients } = valueAndGradients(
        () =>
          tidy(() => {
            logits = keep(logitsOf(pixels));
            return sum(mul(logits, upstream)) as Scalar;
          }),
        [pixels, ...parameters.map(([, parameter]) => parameter.value)],
      );
      await expectValues(logits!, stored('dino.small.train_logits').values, FORWARD_TOLERANCE);
      const [ofPixels, ...ofParameters] = gradients as [Tensor, ...Tensor[]];
      const expected = stored('dino.small.train_grad_input').values;
      expect(relativeDistance(await channelsFirst(ofPixels), expected)).toBeLessThan(
        BLOCK_GRADIENT_TOLERANCE,
      );

      const published = parameters.map(([name]) => grads.get(`dino_discriminator.${name}`)!.values);
      const globalNorm = Math.hypot(...published.map((values) => Math.hypot(...values)));
      expect(parameters).toHaveLength(40);
      for (const [i, [name]] of parameters.entries()) {
        const values = await ofParameters[i]!.data();
        if (cancelling.includes(`dino_discriminator.${name}`)) {
          expect(Math.hypot(...values), name).toBeLessThan(1e-3 * globalNorm);
        } else {
          expect(relativeDistance(values, published[i]!), name).toBeLessThan(BLOCK_GRADIENT_TOLERANCE);
        }
      }
      for (const [name, parameter] of discriminator.stateParameters()) {
        const after = grads.get(`after_train_forward.dino_discriminator.${name}`)!.values;
        await expectValues(parameter.value, after, FORWARD_TOLERANCE, name);
      }
    });
  });
}
