import { readdir, readFile, writeFile } from 'node:fs/promises';
import { saveModel } from '@restok/hub/node';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainerEvent, TrainerProcess } from './run-trainer';
import { startTrainer, trainerFolder } from './run-trainer';

/** A process takes a second to start, and many on a machine that is busy with other work. */
const MINUTES = 240_000;

const generator = {
  ...{ n_layer: 1, n_head: 2, dim: 16, multiple_of: 16 },
  ...{ vocab_size: 16, block_size: 4, num_classes: 1, har: true, ar_token_num: 1 },
};

describe('restok-trainer with a generator', { timeout: MINUTES }, () => {
  const { at } = trainerFolder();

  beforeAll(async () => {
    await useTestBackend('restok-node');
    const tokenizer = new ResTok(tinyTokenizer({}, 16), { seed: 1, initialization: 'variancePreserving' });
    const tensors = [...tokenizer.namedParameters()].map(([name, parameter]) => ({
      name,
      shape: parameter.publishedShape,
      values: () => parameter.toPublished(parameter.value),
    }));
    await saveModel(at('tokenizer'), { config: tokenizer.config, tensors });
    tokenizer.dispose();
    const config = {
      experiment: {
        ...{ save_every: 3, log_every: 1, generate_every: 4, eval_every: 1000 },
        tokenizer_checkpoint: at('tokenizer'),
      },
      model: { generator },
      dataset: { params: { train_shards_path_or_url: at('pictures') } },
      optimizer: { params: { learning_rate: 1e-3 } },
      lr_scheduler: { scheduler: 'constant', params: { warmup_steps: 0 } },
      training: { per_gpu_batch_size: 2, seed: 1, gemm: 'wasm', gradient_accumulation_steps: 2 },
    };
    await writeFile(at('generator.json'), JSON.stringify(config));
  });

  const train = (output: string, ...overrides: string[]): TrainerProcess =>
    startTrainer([
      ...['--config', at('generator.json'), '--json'],
      `experiment.output_dir=${at(output)}`,
      ...overrides,
    ]);
  const losses = (events: readonly TrainerEvent[]): Map<number, number> =>
    new Map(events.filter(({ event }) => event === 'step').map(({ step, loss }) => [step, loss]));

  it('tokenises pictures as they come, writes log, samples, checkpoints and a model that loads', async () => {
    const { ended, events } = train('alone', 'training.max_train_steps=6');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(events.map(({ event, step }) => (event === 'step' ? step : event))).toEqual([
      ...['start', 1, 2, 3, 'save', 4, 5, 6, 'evaluation', 'save'],
    ]);
    expect(losses(events).get(1)).toBeCloseTo(Math.log(16), 5);
    const log = (await readFile(at('alone', 'log.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(log[6]!)).toMatchObject({ step: 6, evaluation: { count: 5 } });
    expect(await readdir(at('alone', 'samples'))).toEqual(['step-0000004.png']);
    const model = await Generator.fromPretrained(at('alone', 'model'));
    expect([model.isHar, model.numLatents]).toEqual([true, 4]);
    model.dispose();
  });

  it('gives the losses of one process with workers, and of a run that was never killed', async () => {
    const steps = 'training.max_train_steps=8';
    const whole = train('whole', steps);
    await whole.ended;
    const killed = train('killed', steps, 'training.workers=2');
    await killed.next('save');
    killed.child.kill('SIGKILL');
    await killed.ended;
    const resumed = train('killed', steps, 'training.workers=2');
    const { code, stderr } = await resumed.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(resumed.events[0]!.startStep).toBeGreaterThanOrEqual(3);
    const together = new Map([...losses(killed.events), ...losses(resumed.events)]);
    expect(together).toEqual(losses(whole.events));
    expect(together.size).toBe(8);
  });

  it('says in one line what is missing', async () => {
    const nothing = await train(
      'nothing',
      'dataset.params.train_shards_path_or_url=',
      'training.max_train_steps=1',
    ).ended;
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toMatch(
      /^parseGeneratorTrainingConfig: .*pretokenization must name a folder.*\n$/,
    );
    const unfit = await train('unfit', 'model.generator.vocab_size=32', 'training.max_train_steps=1').ended;
    expect(unfit.stderr).toMatch(
      /^GeneratorTrainer: model\.generator\.vocab_size is 32, but the codes have 16.*\n$/,
    );
  });
});
