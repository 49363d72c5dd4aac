import { join } from 'node:path';
import { tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { Parameter } from '@restok/ops';
import { ResTok } from '@restok/tokenizer';
import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartHelper, PartOfStep, PartResult } from '../src';
import {
  GeneratorTrainer,
  isTrained,
  PartGradients,
  restoreNewestCheckpoint,
  saveCheckpoint,
  TokenizerTrainer,
} from '../src';
import { patternCodes, tinyGeneratorConfig } from './tiny-generator-training';
import { rampDataset, temporaryFolder, tinyTrainingConfig } from './tiny-training';

const PARTS = ['decoder', 'pixel_decoder'];
const DECODER_ONLY = `training.train_only=${JSON.stringify(PARTS)}`;
const STEPS = 3;

const valuesOf = (parameters: readonly [string, Parameter][]): Map<string, Float32Array> =>
  new Map(parameters.map(([name, { value }]) => [name, Float32Array.from(value.dataSync())]));

describe('training.train_only', () => {
  const at = temporaryFolder();
  const made: { dispose(): void }[] = [];

  beforeEach(() => useTestBackend('restok-node'));
  afterEach(() => made.splice(0).forEach((trainer) => trainer.dispose()));

  function tokenizerTrainer(
    overrides: readonly string[] = [DECODER_ONLY],
    helper?: PartHelper<PartOfStep, PartResult>,
  ): TokenizerTrainer {
    const config = tinyTrainingConfig('optimizer.params.weight_decay=0.1', ...overrides);
    const trainer = new TokenizerTrainer(config, rampDataset(), helper);
    made.push(trainer);
    return trainer;
  }

  async function train(trainer: { next(): Promise<object> }, steps: number): Promise<object[]> {
    const reports: object[] = [];
    for (let i = 0; i < steps; i++) {
      reports.push(await trainer.next());
    }
    return reports;
  }

  it('changes nothing but the parts that it names, so that indices stay what they were', async () => {
    const trainer = tokenizerTrainer();
    const pixels = await rampDataset().read([0, 1, 2, 3, 4, 5]);
    const indices = (): Int32Array =>
      tidy(() =>
        Int32Array.from(trainer.tokenizer.encode(tensor4d(pixels, [6, 8, 8, 3])).indices.dataSync()),
      );
    const [before, indicesBefore] = [valuesOf(trainer.parameters), indices()];
    await train(trainer, STEPS);
    const after = valuesOf(trainer.parameters);
    for (const [name, values] of before) {
      if (!isTrained(name, PARTS)) {
        expect(after.get(name), name).toEqual(values);
      }
    }
    const moved = [...before.keys()].filter((name) => `${after.get(name)}` !== `${before.get(name)}`);
    // Of the finest two levels' inputs a batch with nested dropout need not see anything.
    expect(moved.length).toBeGreaterThan(0.8 * trainer.trained.length);
    expect(moved.every((name) => isTrained(name, PARTS))).toBe(true);
    expect(indices()).toEqual(indicesBefore);
  });

  it('gives the named parts the gradients that they have when everything is trained', async () => {
    const [some, all] = [tokenizerTrainer(), tokenizerTrainer([])];
    const part = { step: 0, part: 0, quantized: true };
    const gradientsOf = async (trainer: TokenizerTrainer): Promise<Map<string, number[]>> => {
      const { config, tokenizer, trained } = trainer;
      const { gradients, latents } = await new PartGradients(config, rampDataset(), tokenizer).compute(part);
      made.push(...gradients, latents);
      expect(gradients).toHaveLength(trained.length);
      return new Map(trained.map(([name], i) => [name, [...gradients[i]!.dataSync()]]));
    };
    const expected = await gradientsOf(all);
    for (const [name, values] of await gradientsOf(some)) {
      expect(values, name).toEqual(expected.get(name));
    }
    expect(some.trained.length).toBeLessThan(all.trained.length);
  });

  it('leaves no tensors, and keeps moments and averages of the named parts alone', async () => {
    const trainer = tokenizerTrainer();
    await trainer.next();
    expect(await tensorsLeftBy(() => trainer.next())).toBe(0);
    for (const [name] of trainer.parameters) {
      const isNamed = isTrained(name, PARTS);
      expect(trainer.movingWeights!.follows(name), name).toBe(isNamed);
      expect(trainer.optimizer.momentsOf(name) !== undefined, name).toBe(isNamed);
    }
  });

  it('resumes to the same bits, from a checkpoint whose averages are a whole model', async () => {
    const straight = tokenizerTrainer();
    const reports = await train(straight, STEPS);
    const stopped = tokenizerTrainer();
    await train(stopped, 1);
    await saveCheckpoint(stopped, at('resumed'), 1);
    const resumed = tokenizerTrainer();
    expect((await restoreNewestCheckpoint(resumed, at('resumed')))?.step).toBe(1);
    expect(await train(resumed, STEPS - 1)).toEqual(reports.slice(1));
    expect(valuesOf(resumed.parameters)).toEqual(valuesOf(straight.parameters));
    const average = await ResTok.fromPretrained(join(at('resumed'), 'checkpoint-1', 'ema_model'));
    made.push(average);
    const [averaged, whole] = [[...average.namedParameters()], valuesOf(stopped.parameters)];
    expect(averaged.map(([name]) => name)).toEqual([...whole.keys()]);
    for (const [name, { value }] of averaged.filter(([each]) => !isTrained(each, PARTS))) {
      expect(Float32Array.from(value.dataSync()), name).toEqual(whole.get(name));
    }
  });

  it('gives the same numbers when a helper computes parts', async () => {
    const overrides = [DECODER_ONLY, 'training.gradient_accumulation_steps=2'];
    const alone = tokenizerTrainer(overrides);
    const elsewhere = tokenizerTrainer(overrides);
    const parts = new PartGradients(elsewhere.config, rampDataset(), elsewhere.tokenizer);
    const shared: number[][] = [];
    const helped = tokenizerTrainer(overrides, {
      capacity: 1,
      share: (parameters, trained) => {
        shared.push([parameters.length, trained.length]);
        elsewhere.parameters.forEach(([, parameter], i) => {
          const { value } = parameters[i]!;
          parameter.replace(tensor(value.dataSync(), value.shape));
        });
      },
      start: (part) => Promise.resolve(() => parts.compute(part)),
    });
    expect(await train(helped, STEPS)).toEqual(await train(alone, STEPS));
    expect(shared[0]).toEqual([alone.parameters.length, alone.trained.length]);
  });

  it('trains one part of a generator', async () => {
    const config = tinyGeneratorConfig('training.train_only=["output"]');
    const trainer = new GeneratorTrainer(config, patternCodes());
    made.push(trainer);
    const before = valuesOf(trainer.parameters);
    await train(trainer, STEPS);
    const after = valuesOf(trainer.parameters);
    const moved = [...before.keys()].filter((name) => `${after.get(name)}` !== `${before.get(name)}`);
    expect(moved).toEqual(['output.weight']);
  });

  it('is refused where it names no part, or leaves out what another key changes', () => {
    expect(() => tokenizerTrainer(['training.train_only=["decodr"]'])).toThrow(
      /must name parts of the model, got decodr\. Its parts: .*decoder/,
    );
    const contradictions = [
      'training.code_revival_steps=10',
      'training.unquantized_steps=10',
      'training.output_bias_from_data=True',
    ];
    for (const key of contradictions) {
      const build = (): unknown => tinyTrainingConfig('training.train_only=["decoder"]', key);
      expect(build).toThrow(ConfigError);
      expect(build).toThrow(`add ${key.replace('10', '0').replace('True', 'False')}`);
    }
    expect(
      tinyTrainingConfig('training.train_only=["quantize"]', contradictions[0]!).training.train_only,
    ).toEqual(['quantize']);
  });
});
