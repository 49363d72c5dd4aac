import type { Parameter } from '@restok/ops';
import { peakBytesOf, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GeneratorTrainer, TokenizerTrainer } from '../src';
import { patternCodes, tinyGeneratorConfig } from './tiny-generator-training';
import { rampDataset, tinyTrainingConfig } from './tiny-training';

interface Trainer {
  readonly parameters: readonly [string, Parameter][];
  next(): Promise<object>;
  dispose(): void;
}

const STEPS = 4;
const ON = 'training.gradient_checkpointing=True';

const dropouts = [
  ...['token', 'resid', 'ffn'].map((kind) => `model.generator.${kind}_dropout_p=0.2`),
  'model.generator.drop_path_rate=0.3',
];

/** Trainers of each kind, with everything that a step draws. */
const kinds: Record<string, (...overrides: string[]) => Trainer> = {
  tokenizer: (...overrides) =>
    new TokenizerTrainer(tinyTrainingConfig('training.unquantized_steps=2', ...overrides), rampDataset()),
  generator: (...overrides) =>
    new GeneratorTrainer(tinyGeneratorConfig(...dropouts, ...overrides), patternCodes()),
};

describe.each(Object.keys(kinds))('training.gradient_checkpointing of a %s', (kind) => {
  const made: Trainer[] = [];

  beforeEach(() => useTestBackend('restok-node'));
  afterEach(() => made.splice(0).forEach((trainer) => trainer.dispose()));

  function trainerOf(...overrides: string[]): Trainer {
    const trainer = kinds[kind]!(...overrides);
    made.push(trainer);
    return trainer;
  }

  it('trains to the same bits', async () => {
    const numbers = async (trainer: Trainer): Promise<unknown[]> => {
      const reports: object[] = [];
      for (let i = 0; i < STEPS; i++) {
        reports.push(await trainer.next());
      }
      return [reports, trainer.parameters.map(([name, { value }]) => [name, [...value.dataSync()]])];
    };
    const accumulate = 'training.gradient_accumulation_steps=2';
    expect(await numbers(trainerOf(accumulate, ON))).toEqual(await numbers(trainerOf(accumulate)));
  });

  it('needs less memory for a deep model, and leaves no tensors', async () => {
    const deep = {
      tokenizer: [
        ...['enc', 'dec'].map((side) => `model.vq_model.vit_${side}_model_size.layers=8`),
        'training.per_gpu_batch_size=8',
      ],
      generator: ['model.generator.n_layer=8', 'training.per_gpu_batch_size=16'],
    }[kind]!;
    const [plain, spared] = [trainerOf(...deep), trainerOf(...deep, ON)];
    await plain.next(); // makes rotary tables, which stay
    await spared.next();
    const [most, less] = [await peakBytesOf(() => plain.next()), await peakBytesOf(() => spared.next())];
    expect(less).toBeLessThan(most / 2);
    expect(await tensorsLeftBy(() => spared.next())).toBe(0);
  });
});
