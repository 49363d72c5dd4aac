import { mkdir } from 'node:fs/promises';
import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TokenizerTrainingConfig } from '../src';
import { restoreNewestCheckpoint, saveCheckpoint, TokenizerTrainer } from '../src';
import type { TrainStepReport } from '../src';
import { disposeLossNetworks, openLossNetworks } from '../src/open-loss-networks';
import { writeStandInFeatures, writeStandInLpips, writeStandInVit } from './loss-networks';
import { rampDataset, temporaryFolder, tinyTrainingConfig } from './tiny-training';

const STEPS = 3;
/** The discriminator joins after so many steps, and the run stops after one more. */
const DISCRIMINATOR_START = 1;
const STOP = 2;
const NUM_PICTURES = 6;

/** Every loss at once; the pictures have 16 pixels, the tokenizer a grid of 4 x 4. */
const everyLoss = [
  'dataset.preprocessing.crop_size=16',
  'losses.perceptual_weight=1',
  'losses.discriminator_weight=0.5',
  `losses.discriminator_start=${DISCRIMINATOR_START}`,
  'losses.lecam_regularization_weight=0.001',
  'losses.discriminator_channels=32',
  'model.vq_model.encoder_feature_supervision=True',
  'model.vq_model.decoder_feature_supervision=True',
  'model.vq_model.entropy_loss_ratio=0.1',
  'training.gradient_accumulation_steps=2',
  `training.max_train_steps=${STEPS}`,
];

/** Seconds on a quiet machine, a minute or two on one that is busy with other work. */
const MINUTES = 300_000;

describe('a recipe with every loss', { timeout: MINUTES }, () => {
  const at = temporaryFolder();
  const recipes: Record<string, () => TokenizerTrainingConfig> = {};
  const made: (() => void)[] = [];

  beforeAll(async () => {
    await useTestBackend('restok-node');
    await mkdir(at('weights'));
    const perceptual = `losses.perceptual_weights=${await writeStandInLpips(at('weights'))}`;
    const dino = await writeStandInVit(at('weights'), 'dino', 224);
    const dinov3 = await writeStandInVit(at('weights'), 'dinov3', 16);
    const stored = await writeStandInFeatures(at('weights'), {
      count: NUM_PICTURES,
      patches: 16,
      width: 12,
    });
    recipes['PatchGAN and stored features'] = () =>
      tinyTrainingConfig(...everyLoss, perceptual, `losses.vf_features=${stored}`);
    recipes['DINO discriminator and DINOv3'] = () =>
      tinyTrainingConfig(
        ...everyLoss,
        perceptual,
        'losses.dino_disc=True',
        `losses.dino_weights=${dino}`,
        'model.vq_model.use_vf=dinov3',
        `losses.vf_weights=${dinov3}`,
      );
  });

  afterEach(() => made.splice(0).forEach((dispose) => dispose()));

  async function trainerOf(recipe: string): Promise<TokenizerTrainer> {
    const config = recipes[recipe]!();
    const networks = await openLossNetworks(config);
    const trainer = new TokenizerTrainer(config, rampDataset(NUM_PICTURES, 16), undefined, networks);
    made.push(() => {
      trainer.dispose();
      disposeLossNetworks(networks);
    });
    return trainer;
  }

  async function train(trainer: TokenizerTrainer, steps: number): Promise<TrainStepReport[]> {
    const reports: TrainStepReport[] = [];
    for (let i = 0; i < steps; i++) {
      reports.push(await trainer.next());
    }
    return reports;
  }

  /** Every number of a trainer that a resumed run must have. */
  async function numbersOf(trainer: TokenizerTrainer): Promise<Map<string, Float32Array>> {
    const numbers = new Map<string, Float32Array>();
    for (const [name, parameter] of trainer.parameters) {
      numbers.set(name, await parameter.published());
      numbers.set(`average ${name}`, Float32Array.from(trainer.movingWeights!.average(name).dataSync()));
    }
    for (const { name, values } of trainer.companion!.tensors()) {
      numbers.set(name, Float32Array.from(await values()));
    }
    return numbers;
  }

  it.each(['PatchGAN and stored features', 'DINO discriminator and DINOv3'])(
    'with %s reports every term, and resumes to the same bits after the discriminator joined',
    async (recipe) => {
      const whole = await trainerOf(recipe);
      const reports = await train(whole, STEPS);
      const terms = ['perceptualLoss', 'alignmentLoss', 'classCosine', 'patchCosine'] as const;
      const adversarial = [
        'adversarialLoss',
        'discriminatorLoss',
        'realLogit',
        'fakeLogit',
        'leCamLoss',
      ] as const;
      reports.forEach((report, i) => {
        expect(terms.every((term) => Number.isFinite(report[term]))).toBe(true);
        const joined = i >= DISCRIMINATOR_START;
        expect(adversarial.map((term) => Number.isFinite(report[term]))).toEqual(
          adversarial.map(() => joined),
        );
      });
      const expected = await numbersOf(whole);

      const folder = at(recipe);
      const stopped = await trainerOf(recipe);
      await train(stopped, STOP);
      await saveCheckpoint(stopped, folder, 1);
      const resumed = await trainerOf(recipe);
      expect((await restoreNewestCheckpoint(resumed, folder))?.step).toBe(STOP);
      expect(await train(resumed, STEPS - STOP)).toEqual(reports.slice(STOP));
      expect(await numbersOf(resumed)).toEqual(expected);
    },
  );

  it('keeps the number of tensors from step to step', async () => {
    const trainer = await trainerOf('DINO discriminator and DINOv3');
    await train(trainer, DISCRIMINATOR_START + 1);
    expect(await tensorsLeftBy(() => trainer.next())).toBe(0);
  });

  it('refuses to train without the networks of its losses', () => {
    const config = recipes['PatchGAN and stored features']!();
    expect(() => new TokenizerTrainer(config, rampDataset(NUM_PICTURES, 16))).toThrow(
      /perceptual, discriminator, features.*openLossNetworks/,
    );
  });
});
