import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { mean, neg, tidy } from '@tensorflow/tfjs-core';
import { entropyTerm } from '@restok/quantizer';
import type { FixtureTensor } from '@restok/testing';
import {
  channelsFirst,
  expectValues,
  fixtureNames,
  openFixture,
  relativeDistance,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { augmentPictures } from '../src/augmentation/augment-pictures';
import { drawAugmentation } from '../src/augmentation/augmentation';
import { recordedDraws } from '../src/draws';
import { generatorAdversarialLoss, hingeLoss, leCamLoss } from '../src/losses/adversarial-losses';
import { valueAndGradients } from '../src/value-and-gradients';
import { describeDinoDiscriminator } from './dino-parity';
import { BLOCK_GRADIENT_TOLERANCE, LOSS_TOLERANCE, storedPictures, storedTensor } from './loss-fixture';
import { describeTrainingStep } from './loss-step-parity';
import { describePatchGan } from './patch-gan-parity';
import { describePictureLosses } from './picture-loss-parity';

/** All losses; only its small tensors are bundled, as losses-small. */
const ALL_LOSSES = 'losses';

const cases = fixtureNames(ALL_LOSSES).flatMap((name) => testBackends.map((backend) => ({ name, backend })));

describe.each(cases)('losses on $backend, fixture $name', ({ name: fixtureName, backend }) => {
  const io = openFixture(fixtureName).tensors('io');
  const stored = (tensor: string): FixtureTensor => io.get(tensor)!;

  beforeAll(() => useTestBackend(backend));

  async function expectGradient(actual: Tensor, expected: FixtureTensor, label: string): Promise<void> {
    expect(relativeDistance(await actual.data(), expected.values), label).toBeLessThan(
      BLOCK_GRADIENT_TOLERANCE,
    );
  }

  it('gives the hinge loss and its gradients', async () => {
    const [real, fake] = [storedTensor(stored('hinge.real')), storedTensor(stored('hinge.fake'))];
    const { value, gradients } = valueAndGradients(() => hingeLoss(real, fake), [real, fake]);
    await expectValues(value, stored('hinge.loss').values, LOSS_TOLERANCE);
    await expectGradient(gradients[0]!, stored('hinge.grad_real'), 'real');
    await expectGradient(gradients[1]!, stored('hinge.grad_fake'), 'fake');
    const [adversarial] = await generatorAdversarialLoss(fake).data();
    expect(adversarial).toBeCloseTo(-(await mean(fake).data())[0]!, 6);
  });

  it('gives the LeCam term and its gradients', async () => {
    const [real, fake] = [storedTensor(stored('hinge.real')), storedTensor(stored('hinge.fake'))];
    const averages = {
      real: stored('lecam.ema_real').values[0]!,
      fake: stored('lecam.ema_fake').values[0]!,
    };
    const loss = (): Scalar => leCamLoss(mean(real), mean(fake), averages);
    const { value, gradients } = valueAndGradients(loss, [real, fake]);
    await expectValues(value, stored('lecam.loss').values, LOSS_TOLERANCE);
    await expectGradient(gradients[0]!, stored('lecam.grad_real'), 'real');
    await expectGradient(gradients[1]!, stored('lecam.grad_fake'), 'fake');
  });

  it('gives the entropy term and its gradient', async () => {
    const affinity = storedTensor(stored('entropy.affinity'));
    const loss = (): Scalar => tidy(() => entropyTerm(neg(affinity) as Tensor2D));
    const { value, gradients } = valueAndGradients(loss, [affinity]);
    await expectValues(value, stored('entropy.loss').values, LOSS_TOLERANCE);
    await expectGradient(gradients[0]!, stored('entropy.grad'), 'affinity');
  });

  it.each(['111', '010'])('gives the augmentation with the groups %s', async (groups) => {
    const recorded = (tensor: string): number[] => [
      ...(io.get(`aug.full.${groups}.${tensor}`)?.values ?? []),
    ];
    const [[colour, translation, blanked], colours] = [recorded('gates'), recorded('color_draws')];
    const uniforms = [colour!, ...colours, translation!, blanked!];
    const pixels = storedPictures(stored('aug.input'));
    const draws = recordedDraws(uniforms, recorded('int_draws'));
    const augmented = augmentPictures(pixels, drawAugmentation(pixels.shape, draws));
    await expectValues(
      await channelsFirst(augmented),
      stored(`aug.full.${groups}.out`).values,
      LOSS_TOLERANCE,
    );
  });

  if (fixtureName === ALL_LOSSES) {
    describePictureLosses(fixtureName, backend);
    describePatchGan(fixtureName, backend);
    describeDinoDiscriminator(fixtureName, backend);
  }
});

// Networks and gradients of a step take 8 MB; of what is bundled the tokenizer tests the forward numbers.
for (const name of fixtureNames('loss-generator-step', 'loss_module')) {
  testBackends.forEach((backend) => describeTrainingStep(name, backend));
}
