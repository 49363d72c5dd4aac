import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { keep, mean, tidy } from '@tensorflow/tfjs-core';
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
import { brightness, contrast, cutout, saturation, translate } from '../src/augmentation/augment-pictures';
import type { Places } from '../src/augmentation/augmentation';
import { lpipsOf } from '../src/perceptual/open-lpips';
import { jitterPictures } from '../src/perceptual/perceptual-jitter';
import { reconstructionLosses } from '../src/tokenizer-loss';
import { valueAndGradients } from '../src/value-and-gradients';
import { BLOCK_GRADIENT_TOLERANCE, LOSS_TOLERANCE, storedPictures, weightsBelow } from './loss-fixture';

/** Compares losses of pictures, VGG16 and single augmentations with the fixture of all losses. */
export function describePictureLosses(fixtureName: string, backend: TestBackend): void {
  const fixture = openFixture(fixtureName);
  const io = fixture.tensors('io');
  const model = fixture.tensors('model');
  const stored = (tensor: string): FixtureTensor => io.get(tensor)!;

  beforeAll(() => useTestBackend(backend));

  it.each(['l1', 'l2'] as const)('gives the reconstruction loss %s and its gradient', async (kind) => {
    const pixels = storedPictures(stored('rec.input'));
    const reconstruction = storedPictures(stored('rec.reconstruction'));
    const loss = (): Scalar => reconstructionLosses[kind](reconstruction, pixels);
    const { value, gradients } = valueAndGradients(loss, [reconstruction]);
    await expectValues(value, stored(`rec.${kind}.loss`).values, LOSS_TOLERANCE);
    const gradient = await channelsFirst(gradients[0]!);
    expect(relativeDistance(gradient, stored(`rec.${kind}.grad`).values)).toBeLessThan(
      BLOCK_GRADIENT_TOLERANCE,
    );
  });

  it.each(['a', 'b'])('gives LPIPS of the pictures %s and its gradient, plain and jittered', async (set) => {
    const lpips = await lpipsOf(weightsBelow(model, 'perceptual_loss.'));
    const pixels = storedPictures(stored(`lpips.${set}.input`));
    const reconstruction = storedPictures(stored(`lpips.${set}.reconstruction`));
    const [top, bottom, left, right] = stored(`lpips.${set}.train.draws`).values as Int32Array;
    const jitter = { top: top!, bottom: bottom!, left: left!, right: right! };
    const looks = [
      ['eval', (x: Tensor4D) => x],
      ['train', (x: Tensor4D) => jitterPictures(x, jitter)],
    ] as const;
    for (const [mode, look] of looks) {
      let distances: Tensor1D | undefined;
      const { value, gradients } = valueAndGradients(
        () =>
          tidy(() => {
            const [ours, theirs] = [reconstruction, pixels].map((x) => lpips.features(look(x)));
            distances = keep(lpips.distances(ours!, theirs!));
            return mean(distances) as Scalar;
          }),
        [reconstruction],
      );
      const perSample = stored(`lpips.${set}.${mode}.per_sample`).values;
      await expectValues(distances!, perSample, LOSS_TOLERANCE, mode);
      value.dispose();
      const gradient = await channelsFirst(gradients[0]!);
      const expected = stored(`lpips.${set}.${mode}.grad`).values;
      expect(relativeDistance(gradient, expected), mode).toBeLessThan(BLOCK_GRADIENT_TOLERANCE);
    }
    const jittered = jitterPictures(pixels, jitter);
    const expected = stored(`lpips.${set}.train.input_jittered`).values;
    await expectValues(
      (await channelsFirst(jittered)).subarray(0, expected.length),
      expected,
      FORWARD_TOLERANCE,
    );
    lpips.dispose();
  });

  it('gives the features of VGG16', async () => {
    const lpips = await lpipsOf(weightsBelow(model, 'perceptual_loss.'));
    const features = lpips.rawFeatures(storedPictures(stored('lpips.a.input')));
    for (const [depth, map] of features.entries()) {
      const expected = stored(`lpips.a.features.${depth}`).values;
      await expectValues(
        (await channelsFirst(map)).subarray(0, expected.length),
        expected,
        FORWARD_TOLERANCE,
        `${depth}`,
      );
    }
    lpips.dispose();
  });

  describe('augmentPictures', () => {
    const pairs = (tensor: string): Places => {
      const draws = [...stored(tensor).values];
      return { rows: draws.slice(0, 4), columns: draws.slice(4) };
    };

    it.each([
      ['brightness', brightness],
      ['saturation', saturation],
      ['contrast', contrast],
    ] as const)('gives %s', async (name, apply) => {
      const changed = apply(storedPictures(stored('aug.input')), [...stored(`aug.${name}.draw`).values]);
      await expectValues(await channelsFirst(changed), stored(`aug.${name}.out`).values, LOSS_TOLERANCE);
    });

    it('gives translation and cutout', async () => {
      const pixels = storedPictures(stored('aug.input'));
      const shifted = translate(pixels, pairs('aug.translation.draw'));
      await expectValues(await channelsFirst(shifted), stored('aug.translation.out').values, 0);
      for (const [name, share] of [
        ['cutout_0_2', 0.2],
        ['cutout_0_5', 0.5],
      ] as const) {
        const blanked = cutout(pixels, pairs(`aug.${name}.draw`), share);
        await expectValues(await channelsFirst(blanked), stored(`aug.${name}.out`).values, 0, name);
      }
    });
  });
}
