import { memory } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patternCodes, tinyGeneratorConfig } from '../test/tiny-generator-training';
import type { GeneratorData } from './generator-part-gradients';
import type { GeneratorStepReport } from './generator-trainer';
import { GeneratorTrainer } from './generator-trainer';
import { NonFiniteError } from './non-finite';

/** Sums of the same float32 terms in another order, over some steps. */
const ORDER_TOLERANCE = 1e-5;

describe('GeneratorTrainer', () => {
  const made: GeneratorTrainer[] = [];

  beforeEach(() => useTestBackend('restok-node'));
  afterEach(() => made.splice(0).forEach((trainer) => trainer.dispose()));

  function trainerOf(...overrides: string[]): GeneratorTrainer {
    return trainerOn(patternCodes(), overrides);
  }

  function trainerOn(data: GeneratorData, overrides: readonly string[]): GeneratorTrainer {
    const trainer = new GeneratorTrainer(tinyGeneratorConfig(...overrides), data);
    made.push(trainer);
    return trainer;
  }

  async function train(trainer: GeneratorTrainer, steps: number): Promise<GeneratorStepReport[]> {
    const reports: GeneratorStepReport[] = [];
    for (let i = 0; i < steps; i++) {
      reports.push(await trainer.next());
    }
    return reports;
  }

  it('starts at the logarithm of the codebook size, since the head is zero, and learns', async () => {
    const reports = await train(trainerOf(), 30);
    expect(reports[0]!.loss).toBeCloseTo(Math.log(16), 5);
    expect(reports[29]!.loss).toBeLessThan(0.7 * reports[0]!.loss);
    expect(reports[29]!.accuracy).toBeGreaterThan(reports[0]!.accuracy);
  });

  it('reports loss and accuracy by level, whose means are those of all latents', async () => {
    const [, report] = await train(trainerOf(), 2);
    const { loss, accuracy, levelLosses, levelAccuracies } = report!;
    const mean = (values: readonly number[]): number =>
      [1, 1, 2, 4].reduce((sum, size, level) => sum + (size * values[level]!) / 8, 0);
    expect(levelLosses).toHaveLength(4);
    expect(mean(levelLosses)).toBeCloseTo(loss, 5);
    expect(mean(levelAccuracies)).toBeCloseTo(accuracy, 5);
  });

  it('gives the same numbers for the same seed and others for another', async () => {
    const losses = async (seed: number): Promise<number[]> =>
      (await train(trainerOf(`training.seed=${seed}`), 3)).map(({ loss }) => loss);
    const first = await losses(1);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });

  it('does the same with two parts of half the size, but for what is drawn', async () => {
    const { read, ...codes } = patternCodes();
    const plain = { ...codes, read: (pictures: ArrayLike<number>) => read(pictures) };
    const without = ['token', 'resid', 'ffn'].map((kind) => `model.generator.${kind}_dropout_p=0`);
    const options = [...without, 'model.generator.class_dropout_prob=0'];
    const [whole] = await train(trainerOn(plain, options), 1);
    const halves = ['training.per_gpu_batch_size=2', 'training.gradient_accumulation_steps=2'];
    const [parts] = await train(trainerOn(plain, [...options, ...halves]), 1);
    expect(parts!.loss).toBeCloseTo(whole!.loss, 5);
    expect(Math.abs(parts!.gradientNorm / whole!.gradientNorm - 1)).toBeLessThan(ORDER_TOLERANCE);
  });

  it('gives the model the names of the classes', () => {
    expect(trainerOf().model.config.class_names).toEqual(['red', 'green', 'blue']);
  });

  it('refuses codes of another codebook, number of latents or of classes, all in one line', () => {
    const config = tinyGeneratorConfig(
      'model.generator.vocab_size=32',
      'model.generator.block_size=16',
      'model.generator.num_classes=2',
    );
    const build = (): GeneratorTrainer => new GeneratorTrainer(config, patternCodes());
    expect(build).toThrow(ConfigError);
    expect(build).toThrow(
      /vocab_size is 32, but the codes have 16; .*block_size is 16, but the codes have 8; .*3 classes/,
    );
  });

  it('names a weight that is not finite and changes nothing', async () => {
    const trainer = trainerOf();
    const [name, weight] = trainer.parameters.find(([key]) => key === 'layers.0.attention.wo.weight')!;
    weight.load(new Float32Array(256).fill(NaN));
    await expect(trainer.next()).rejects.toThrow(NonFiniteError);
    await expect(trainer.next()).rejects.toThrow(name);
    expect(trainer.trainStep).toBe(0);
  });

  it('leaves no tensors behind', async () => {
    const trainer = trainerOf();
    await trainer.next();
    expect(await tensorsLeftBy(() => trainer.next())).toBe(0);
    const before = memory().numTensors;
    const other = new GeneratorTrainer(tinyGeneratorConfig(), patternCodes());
    await other.next();
    other.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
