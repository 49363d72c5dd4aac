import type { Scalar } from '@tensorflow/tfjs-core';
import { keep, reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import { loadParameters } from '@restok/ops';
import type { Parameter } from '@restok/ops';
import type { Fixture, FixtureTensor, TestBackend } from '@restok/testing';
import {
  channelsFirst,
  expectValues,
  FORWARD_TOLERANCE,
  GRADIENT_TOLERANCE,
  openFixture,
  relativeDistance,
  tokenizerConfigOf,
  useTestBackend,
} from '@restok/testing';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { DinoDiscriminator } from '../src/discriminators/dino-discriminator';
import type { Discriminator } from '../src/discriminators/discriminator';
import { PatchGan } from '../src/discriminators/patch-gan';
import { recordedDraws } from '../src/draws';
import type { FeatureProvider } from '../src/feature-providers/feature-provider';
import { discriminatorStep } from '../src/losses/discriminator-objective';
import type { LossNetworks, ObjectiveValue } from '../src/losses/tokenizer-objective';
import { disposeTargets, TokenizerObjective } from '../src/losses/tokenizer-objective';
import { globalNorm } from '../src/optimizer';
import { lpipsOf } from '../src/perceptual/open-lpips';
import { SupervisedTokenizer } from '../src/supervised-tokenizer';
import { valueAndGradients } from '../src/value-and-gradients';
import { PretrainedVit } from '../src/vision-transformer/pretrained-vit';
import { vitKinds } from '../src/vision-transformer/vit-kinds';
import { LOSS_TOLERANCE, storedPictures, storedTensor, weightsBelow } from './loss-fixture';

/** Gradients of a whole step, of their global norm. */
const GLOBAL_TOLERANCE = 1e-3;

/** A step on the slowest backend, on a machine that is busy with other work. */
const MINUTES = 1_200_000;

interface LossSection {
  readonly dino_disc: boolean;
  readonly vf_weight?: number;
  readonly cos_margin?: number;
}

/** Our names of the published terms. */
const published: Readonly<Record<string, string>> = {
  total: 'loss.total_loss',
  reconstructionLoss: 'loss.reconstruction_loss',
  perceptualLoss: 'loss.perceptual_loss',
  adversarialLoss: 'loss.gan_loss',
  alignmentLoss: 'loss.vf_loss',
  classCosine: 'loss.vf_cos',
  patchCosine: 'loss.vf_cos_dec',
};

/** Compares a whole step of tokenizer and discriminator with a fixture, which must hold the networks of the losses. */
export function describeTrainingStep(name: string, backend: TestBackend): void {
  describe(`a training step on ${backend}, fixture ${name}`, { timeout: MINUTES }, () => {
    beforeAll(() => useTestBackend(backend));

    it('gives every term and the gradient of every parameter, of tokenizer and discriminator', async () => {
      const fixture = openFixture(name);
      const io = fixture.tensors('io');
      const stored = (tensor: string): FixtureTensor['values'] => io.get(tensor)!.values;
      const optional = (tensor: string): ArrayLike<number> => io.get(tensor)?.values ?? [];
      const { losses, reference } = fixture.config as typeof fixture.config & { losses: LossSection };
      const lossModule = fixture.tensors('loss_module');

      const networks: LossNetworks = {
        perceptual: await lpipsOf(weightsBelow(lossModule, 'perceptual_loss.')),
        discriminator: await discriminatorOf(fixture, losses),
        features: recordedFeatures(io),
      };
      const { perceptual, discriminator, features } = networks;
      const tokenizer = new SupervisedTokenizer(tokenizerConfigOf(fixture.config), {
        featureWidth: features?.width,
      });
      await loadParameters(tokenizer, fixture.weights());
      const objective = new TokenizerObjective(
        {
          reconstructionLoss: 'l2',
          reconstructionLossWeight: 1,
          quantizerLossWeight: 1,
          perceptualLossWeight: 1,
          adversarialLossWeight: 0.5,
          alignmentLossWeight: losses.vf_weight ?? 0,
          cosineMargin: losses.cos_margin ?? 0,
        },
        networks,
      );

      const pixels = storedPictures(io.get('image')!);
      const numKept = [...stored('nested_dropout_remain')];
      const batch = { pixels, pictures: [0, 1] };
      const targets = await objective.prepare(batch, recordedDraws([], stored('lpips_draws')));
      const draws = recordedDraws(optional('aug.gen.rand'), optional('aug.gen.randint'));
      const parameters = [...tokenizer.namedParameters()];
      const seen: { value?: ObjectiveValue; reconstruction?: Tensor4D } = {};
      const { value: total, gradients } = valueAndGradients(
        () =>
          tidy(() => {
            const pass = tokenizer.forward(pixels, { numKept, featureStream: tokenizer.hasFeatureStream });
            const value = objective.value(tokenizer, pass, pixels, { targets, isAdversarial: true, draws });
            seen.reconstruction = keep(pass.reconstruction.clone());
            seen.value = value;
            Object.values(value).forEach((term) => keep(term));
            return value.total.clone();
          }),
        parameters.map(([, parameter]) => parameter.value),
      );
      total.dispose();
      disposeTargets(targets);
      for (const [term, scalar] of Object.entries(seen.value!) as [string, Scalar][]) {
        await expectValues(scalar, stored(published[term]!), LOSS_TOLERANCE, term);
      }
      expect(Object.keys(seen.value!)).toHaveLength(features === undefined ? 4 : 7);
      await expectValues(
        await channelsFirst(seen.reconstruction!),
        stored('reconstruction'),
        FORWARD_TOLERANCE,
      );
      await expectValues(
        [await globalNorm(gradients)],
        stored('grad_global_norm'),
        GLOBAL_TOLERANCE,
        'global norm',
      );
      const grads = fixture.tensors('grads');
      expect(parameters).toHaveLength(grads.size);
      await expectGradients(parameters, gradients, {
        expected: (parameter) => grads.get(parameter)!.values,
        cancelling: reference.grads_that_cancel_to_rounding_noise as string[],
      });

      const step = await discriminatorStep(discriminator!, pixels, seen.reconstruction!, {
        hingeLossWeight: 1,
        leCamWeight: 0.001,
        averages: {
          real: lossModule.get('ema_real_logits_mean')!.values[0]!,
          fake: lossModule.get('ema_fake_logits_mean')!.values[0]!,
        },
        draws: recordedDraws(optional('aug.disc.rand'), optional('aug.disc.randint')),
      });
      const { terms, averages } = step;
      await expectValues([terms.discriminatorLoss], stored('disc_step.discriminator_loss'), LOSS_TOLERANCE);
      await expectValues([terms.realLogit], stored('disc_step.logits_real'), LOSS_TOLERANCE, 'real');
      await expectValues([terms.fakeLogit], stored('disc_step.logits_fake'), LOSS_TOLERANCE, 'fake');
      await expectValues([terms.leCamLoss], stored('disc_step.lecam_loss'), LOSS_TOLERANCE, 'LeCam');
      await expectValues([averages.real], stored('disc_step.after.ema_real_logits_mean'), LOSS_TOLERANCE);
      await expectValues([averages.fake], stored('disc_step.after.ema_fake_logits_mean'), LOSS_TOLERANCE);
      const discriminatorGrads = fixture.tensors('disc_grads');
      const trained = discriminator!.trainedParameters();
      expect(trained).toHaveLength(discriminatorGrads.size);
      await expectGradients(trained, step.gradients, {
        expected: (parameter) => discriminatorGrads.get(`discriminator.${parameter}`)!.values,
        cancelling: (reference.disc_grads_that_cancel_to_rounding_noise as string[]).map((parameter) =>
          parameter.replace('discriminator.', ''),
        ),
      });
      [tokenizer, perceptual!, discriminator!].forEach((module) => module.dispose());
    });
  });
}

async function discriminatorOf(fixture: Fixture, losses: LossSection): Promise<Discriminator> {
  const weights = weightsBelow(fixture.tensors('loss_module'), 'discriminator.');
  const discriminator = losses.dino_disc
    ? new DinoDiscriminator(
        await PretrainedVit.fromWeights(weightsBelow(fixture.tensors('dino_frozen'), ''), vitKinds.dino, 2),
        [0, 1, 3],
      )
    : new PatchGan(32);
  await loadParameters(discriminator, weights, { ignore: (tensor) => tensor.endsWith('.kernel') });
  return discriminator;
}

/** The features that stood in for a foundation model. */
function recordedFeatures(io: ReadonlyMap<string, FixtureTensor>): FeatureProvider | undefined {
  const classFeature = io.get('aux_cls');
  if (classFeature === undefined) {
    return undefined;
  }
  const [batch, width] = classFeature.shape as [number, number];
  return {
    width,
    gridOf: () => ({ rows: 8, columns: 8 }),
    features: () =>
      Promise.resolve(
        tidy(() => ({
          classFeature: reshape(storedTensor(classFeature), [batch, width]) as Tensor2D,
          patchFeatures: transpose(
            reshape(storedTensor(io.get('aux_feature')!), [batch, width, -1]),
            [0, 2, 1],
          ) as Tensor3D,
        })),
      ),
    dispose: () => undefined,
  };
}

/** Compares each gradient with its reference; one that is rounding noise must be small against all of them. */
async function expectGradients(
  parameters: readonly (readonly [string, Parameter])[],
  gradients: readonly Tensor[],
  reference: { expected: (name: string) => FixtureTensor['values']; cancelling: readonly string[] },
): Promise<void> {
  const norm = await globalNorm(gradients);
  for (const [i, [name, parameter]] of parameters.entries()) {
    const values = await parameter.toPublished(gradients[i]!);
    if (reference.cancelling.includes(name)) {
      expect(Math.hypot(...values), name).toBeLessThan(GLOBAL_TOLERANCE * norm);
    } else {
      expect(relativeDistance(values, reference.expected(name)), name).toBeLessThan(GRADIENT_TOLERANCE);
    }
  }
}
