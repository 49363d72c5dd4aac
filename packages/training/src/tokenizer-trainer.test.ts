import { memory, tensor } from '@tensorflow/tfjs-core';
import type { PictureDataset } from '@restok/data';
import type { Parameter } from '@restok/ops';
import { ResTok } from '@restok/tokenizer';
import { expectClose, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rampDataset, tinyTrainingConfig } from '../test/tiny-training';
import { NonFiniteError } from './non-finite';
import type { PartOfStep, PartResult } from './part-gradients';
import { PartGradients } from './part-gradients';
import type { PartHelper } from './parts';
import type { TrainStepReport } from './tokenizer-trainer';
import { TokenizerTrainer } from './tokenizer-trainer';

/** Sums of the same float32 terms in another order, over some steps. */
const ORDER_TOLERANCE = 1e-5;

describe('TokenizerTrainer', () => {
  const made: TokenizerTrainer[] = [];

  beforeEach(() => useTestBackend('restok-node'));
  afterEach(() => made.splice(0).forEach((trainer) => trainer.dispose()));

  function trainerOf(
    overrides: string[] = [],
    options: { dataset?: PictureDataset; helper?: PartHelper<PartOfStep, PartResult> } = {},
  ): TokenizerTrainer {
    const { dataset = rampDataset(), helper } = options;
    const trainer = new TokenizerTrainer(tinyTrainingConfig(...overrides), dataset, helper);
    made.push(trainer);
    return trainer;
  }

  async function train(trainer: TokenizerTrainer, steps: number): Promise<TrainStepReport[]> {
    const reports: TrainStepReport[] = [];
    for (let i = 0; i < steps; i++) {
      reports.push(await trainer.next());
    }
    return reports;
  }

  function weightOf(trainer: TokenizerTrainer, name: string): Parameter {
    return new Map(trainer.parameters).get(name)!;
  }

  it('makes the loss of a tiny model fall', async () => {
    const trainer = trainerOf(['training.per_gpu_batch_size=6', 'model.vq_model.drop_latent_tokens=False']);
    const losses = (await train(trainer, 20)).map(({ reconstructionLoss }) => reconstructionLoss);
    expect(losses[19]).toBeLessThan(0.7 * losses[0]!);
  });

  it('reports step, learning rate and finite losses', async () => {
    const trainer = trainerOf(['lr_scheduler.params.warmup_steps=4']);
    const reports = await train(trainer, 2);
    expect(reports.map(({ step, learningRate }) => [step, learningRate])).toEqual([
      [1, 0],
      [2, 2.5e-4],
    ]);
    expect(Object.values(reports[1]!).every((value) => typeof value !== 'number' || isFinite(value))).toBe(
      true,
    );
    expect(reports[1]!.gradientNorm).toBeGreaterThan(0);
  });

  it('changes no weight in a step of learning rate 0', async () => {
    const trainer = trainerOf(['lr_scheduler.params.warmup_steps=4']);
    const before = trainer.parameters.map(([, { value }]) => Float32Array.from(value.dataSync()));
    await trainer.next();
    trainer.parameters.forEach(([name, { value }], i) => expectClose(value, before[i]!, 0, name));
  });

  it('accumulates two parts to what one batch of both gives', async () => {
    const whole = trainerOf(['model.vq_model.drop_latent_tokens=False', 'training.per_gpu_batch_size=4']);
    const parts = trainerOf([
      'model.vq_model.drop_latent_tokens=False',
      'training.per_gpu_batch_size=2',
      'training.gradient_accumulation_steps=2',
    ]);
    const [a, b] = [await train(whole, 1), await train(parts, 1)];
    expectClose([b[0]!.totalLoss], [a[0]!.totalLoss], ORDER_TOLERANCE, 'loss');
    expectClose([b[0]!.gradientNorm], [a[0]!.gradientNorm], ORDER_TOLERANCE, 'norm');
    for (const [name] of whole.parameters) {
      const [one, other] = [whole, parts].map((trainer) => trainer.optimizer.momentsOf(name).mean.dataSync());
      // Against the norm: some gradients cancel to rounding noise.
      const differences = one!.map((value, i) => Math.abs(value - other![i]!) / a[0]!.gradientNorm);
      expect(Math.max(...differences), name).toBeLessThan(ORDER_TOLERANCE);
    }
  });

  it('gives the same numbers when a helper computes parts', async () => {
    const overrides = ['training.gradient_accumulation_steps=3'];
    const shared: number[] = [];
    const alone = trainerOf(overrides);
    // A model of its own, as another process would have.
    const elsewhere = trainerOf(overrides);
    const parts = new PartGradients(elsewhere.config, rampDataset(), elsewhere.tokenizer);
    const helper: PartHelper<PartOfStep, PartResult> = {
      capacity: 1,
      share: (parameters) => {
        shared.push(parameters.length);
        elsewhere.parameters.forEach(([, parameter], i) => {
          const { value } = parameters[i]!;
          parameter.replace(tensor(value.dataSync(), value.shape));
        });
      },
      start: (part: PartOfStep) => Promise.resolve((): Promise<PartResult> => parts.compute(part)),
    };
    const helped = trainerOf(overrides, { helper });
    expect(await train(helped, 3)).toEqual(await train(alone, 3));
    expect(shared).toEqual([1, 1, 1].map(() => alone.parameters.length));
  });

  it('passes latents unquantised first, then starts from a codebook of latents', async () => {
    const trainer = trainerOf(['training.unquantized_steps=2']);
    const codebook = (): Float32Array => Float32Array.from(trainer.tokenizer.quantizer.codebook.dataSync());
    const drawn = codebook();
    const reports = await train(trainer, 2);
    expect(reports.map(({ quantized }) => quantized)).toEqual([false, false]);
    expectClose(codebook(), drawn, 0);
    const { quantized, quantizerLoss } = await trainer.next();
    expect(quantized).toBe(true);
    // The codebook is made of latents of these pictures, so the nearest code is near.
    expect(quantizerLoss).toBeLessThan(0.5 * reports[1]!.quantizerLoss);
  });

  it('puts the mean colour into the output bias where it is asked to', async () => {
    const trainer = trainerOf(['training.output_bias_from_data=True', 'training.per_gpu_batch_size=6']);
    await trainer.prepare();
    const pixels = await rampDataset().read([0, 1, 2, 3, 4, 5]);
    const sums = [0, 0, 0];
    pixels.forEach((value, i) => (sums[i % 3]! += value));
    const means = sums.map((sum) => sum / (pixels.length / 3));
    expectClose(weightOf(trainer, 'pixel_decoder.conv_out.bias').value, means, ORDER_TOLERANCE);
  });

  it('starts from a given model', async () => {
    const initial = new ResTok(tinyTrainingConfig().tokenizer, { seed: 99 });
    const trainer = trainerOf(['training.output_bias_from_data=True']);
    await trainer.prepare(initial);
    for (const [name, { value }] of initial.namedParameters()) {
      expectClose(weightOf(trainer, name).value, value, 0, name);
      expectClose(trainer.movingWeights!.average(name), value, 0, name);
    }
    initial.dispose();
  });

  it('counts usage over a window and revives what nothing chose', async () => {
    const trainer = trainerOf(['training.code_revival_steps=2']);
    await trainer.next();
    const counts = trainer.state.codeCounts;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(8);
    const before = Float32Array.from(trainer.tokenizer.quantizer.codebook.dataSync());
    const { codebookUsage } = await trainer.next();
    const after = trainer.tokenizer.quantizer.codebook.dataSync();
    expect(codebookUsage).toBeGreaterThan(0);
    expect(codebookUsage).toBeLessThan(1);
    expect(trainer.state.codeCounts.every((count) => count === 0)).toBe(true);
    const lengthOf = (code: number): number => Math.hypot(...after.slice(code * 4, code * 4 + 4));
    // Drawn codes are at most 1/16 in each value; latents are normalised. Eight latents replace up to eight codes.
    const revived = [...counts.keys()].filter((code) => lengthOf(code) > 0.9);
    expect(Math.max(...before.map(Math.abs))).toBeLessThan(0.1);
    expect(revived).toHaveLength(Math.min(8, Math.round(16 * (1 - codebookUsage))));
  });

  describe('on values that are not finite', () => {
    async function errorOf(trainer: TokenizerTrainer): Promise<NonFiniteError> {
      const error: unknown = await trainer.next().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NonFiniteError);
      return error as NonFiniteError;
    }

    it.each(['pixel_encoder.conv_in.weight', 'encoder.blocks.1.mlp.fc1.bias', 'quantize.embedding.weight'])(
      'names the weight %s that holds one',
      async (name) => {
        const trainer = trainerOf();
        const weight = weightOf(trainer, name);
        const values = Float32Array.from(weight.value.dataSync()).fill(NaN);
        weight.replace(tensor(values, weight.value.shape));
        expect(await errorOf(trainer)).toMatchObject({ tensorName: name, trainStep: 1 });
      },
    );

    it('names the pictures, and leaves weights and step as they were', async () => {
      const fine = rampDataset();
      let damaged = false;
      const dataset: PictureDataset = {
        ...fine,
        read: async (indices) => {
          const pixels = await fine.read(indices);
          return damaged ? pixels.fill(NaN, 5, 6) : pixels;
        },
      };
      const trainer = trainerOf([], { dataset });
      await trainer.next();
      const before = trainer.parameters.map(([, { value }]) => Float32Array.from(value.dataSync()));
      damaged = true;
      const error = await errorOf(trainer);
      expect(error.message).toBe(
        'train: a picture of the batch is not finite at step 2. Check the data set.',
      );
      expect(trainer.trainStep).toBe(1);
      trainer.parameters.forEach(([name, { value }], i) => expectClose(value, before[i]!, 0, name));
    });
  });

  it('keeps the number of tensors, and none once it is disposed', async () => {
    const before = memory().numTensors;
    const trainer = trainerOf(['training.gradient_accumulation_steps=2', 'training.code_revival_steps=2']);
    await train(trainer, 2);
    expect(await tensorsLeftBy(() => train(trainer, 2))).toBe(0);
    made.pop()!.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
