import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { readPicture } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import { useTestBackend } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { lossesOf, trainerFolder } from './run-trainer';

/** A process takes a second to start, and many on a machine that is busy with other work. */
const MINUTES = 240_000;

describe('restok-trainer', { timeout: MINUTES }, () => {
  const { at, run } = trainerFolder();
  const logOf = async (output: string): Promise<Record<string, unknown>[]> => {
    const lines = (await readFile(at(output, 'log.jsonl'), 'utf8')).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('says what it does in lines where there is no terminal', async () => {
    const { code, stdout, stderr } = await run('lines', 'training.max_train_steps=3').ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^0\.\d\dM parameters, wasm \(.*\), from step 0$/),
      expect.stringMatching(/^step 1 \| [\d.]+ pictures\/s \| loss 0\.\d{5} \| codebook 0 %$/),
      expect.stringMatching(/^step 3 \| test 1: -?[\d.]+ dB, 4: -?[\d.]+ dB \| codebook \d+ %$/),
      `step 3: ${at('lines', 'model')}`,
    ]);
  });

  it('prints its events as JSON, writes log, samples, checkpoints and a model that loads', async () => {
    const { ended, events } = run(
      'json',
      '--json',
      'training.max_train_steps=6',
      'experiment.generate_every=4',
      'training.num_generated_images=3',
    );
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(events.length);
    expect(events.map(({ event, step }) => (event === 'step' ? step : event))).toEqual([
      ...['start', 1, 2, 3, 'save', 4, 5, 6, 'evaluation', 'save'],
    ]);

    const log = await logOf('json');
    expect(log.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 6]);
    expect(log.slice(0, 6).map(({ totalLoss }) => totalLoss)).toEqual([...lossesOf(events).values()]);
    expect(log[6]).toMatchObject({ evaluation: { count: 5 } });

    // A row of three pictures each: original, 1 latent, 4 latents, with labels above and gaps between.
    expect(await readdir(at('json', 'samples'))).toEqual(['step-0000004.png']);
    const grid = await readPicture(at('json', 'samples', 'step-0000004.png'));
    expect(grid.width).toBeGreaterThanOrEqual(3 * 8);
    expect(grid.height).toBeGreaterThanOrEqual(3 * 8);

    expect((await readdir(at('json', 'checkpoints'))).sort()).toEqual(['checkpoint-3', 'checkpoint-6']);
    expect((await readdir(at('json', 'model'))).sort()).toEqual(['config.json', 'model.safetensors']);
    const average = at('json', 'checkpoints', 'checkpoint-6', 'ema_model', 'model.safetensors');
    expect(await readFile(at('json', 'model', 'model.safetensors'))).toEqual(await readFile(average));
  });

  it('publishes a model that a tokenizer loads', async () => {
    await useTestBackend('cpu');
    const tokenizer = await ResTok.fromPretrained(at('json', 'model'));
    expect(tokenizer.numLatents).toBe(4);
    tokenizer.dispose();
  });

  it('publishes the model of its checkpoint when it was killed before it did', async () => {
    await rm(at('json', 'model'), { recursive: true });
    const { code } = await run('json', 'training.max_train_steps=6').ended;
    expect(code).toBe(0);
    expect((await readdir(at('json', 'model'))).sort()).toEqual(['config.json', 'model.safetensors']);
  });

  it('passes over a damaged checkpoint, says so, and cuts the log to where it goes on', async () => {
    await truncate(at('json', 'checkpoints', 'checkpoint-6', 'model.safetensors'), 1000);
    const before = await logOf('json');
    const { code, stderr } = await run('json', 'training.max_train_steps=6').ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`passed over ${at('json', 'checkpoints', 'checkpoint-6')}:`);
    expect(stderr).toContain('from step 3');
    const timeless = (log: Record<string, unknown>[]): unknown[] =>
      log.map((entry) => ({ ...entry, picturesPerSecond: 0, dataWait: 0 }));
    expect(timeless(await logOf('json'))).toEqual(timeless(before));
  });

  it('starts anew with experiment.resume=False', async () => {
    const { code, stderr } = await run('json', 'experiment.resume=False', 'training.max_train_steps=2').ended;
    expect(code).toBe(0);
    expect(stderr).toContain('from step 0');
    expect(await readdir(at('json', 'checkpoints'))).toEqual(['checkpoint-2']);
    expect((await logOf('json')).map(({ step }) => step)).toEqual([1, 2, 2]);
  });

  it('starts from the model of experiment.init_weight', async () => {
    const { code } = await run(
      'tuned',
      `experiment.init_weight=${at('json', 'model')}`,
      'training.max_train_steps=1', // of learning rate 0
    ).ended;
    expect(code).toBe(0);
    const [tuned, initial] = ['tuned', 'json'].map((output) => at(output, 'model', 'model.safetensors'));
    expect(await readFile(tuned!)).toEqual(await readFile(initial!));
  });

  it('saves and stops on SIGINT, and goes on from there', async () => {
    const { child, ended, events, next } = run(
      'stopped',
      '--json',
      'training.max_train_steps=100000',
      'experiment.save_every=100000',
    );
    await next('step');
    await next('step');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { step } = events.filter(({ event }) => event === 'step').at(-1)!;
    expect(events.at(-1)).toMatchObject({ event: 'save' });
    expect(await readdir(at('stopped', 'checkpoints'))).toEqual([`checkpoint-${step}`]);

    const { code: again, stderr: lines } = await run('stopped', `training.max_train_steps=${step + 1}`).ended;
    expect(again).toBe(0);
    expect(lines).toContain(`from step ${step}`);
  });

  it('stops in one line when training diverges, and leaves the checkpoints', async () => {
    const { code, stderr } = await run(
      'diverged',
      '--json',
      'training.max_train_steps=100',
      'experiment.save_every=1',
      'optimizer.params.learning_rate=1e+30',
    ).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^train: \S+( gradient \S.*)? is not finite at step \d+\. Lower [^\n]*\n$/);
    const names = await readdir(at('diverged', 'checkpoints'));
    expect(names.length).toBeGreaterThan(0);
    expect(names.every((name) => /^checkpoint-\d+$/.test(name))).toBe(true);
  });

  it('fails in one line on a config that cannot be trained or data that is not there', async () => {
    const untrainable = await run('failed', 'training.max_train_steps=1', 'losses.perceptual_weight=1').ended;
    expect(untrainable.code).toBe(1);
    expect(untrainable.stderr).toMatch(/^[^\n]*losses\.perceptual_weight=0[^\n]*\n$/);
    const missing = await run(
      'failed',
      'training.max_train_steps=1',
      `dataset.params.train_shards_path_or_url=${at('nowhere')}`,
    ).ended;
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^openImageFolder: [^\n]*nowhere[^\n]*\n$/);
  });
});
