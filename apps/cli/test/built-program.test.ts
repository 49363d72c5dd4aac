import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigTree } from '@restok/core';
import { overrideConfig } from '@restok/core';
import { readPicture } from '@restok/data';
import { openModel } from '@restok/hub';
import { tinyTraining } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunningProgram } from './run-command';
import { startProgram } from './run-command';
import { writeNoise } from './sample-pictures';
import { temporaryFolder } from './temporary-folder';
import { saveTinyModel } from './tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const model = inFolder('model');
const picture = inFolder('pictures/a.png');

/** Promised: Ctrl-C stops within a second. */
const STOP_MS = 1000;

function trainingConfig(output: string, maxSteps: number): ConfigTree {
  return overrideConfig(tinyTraining(), [
    `experiment.output_dir=${output}`,
    'experiment.log_every=1',
    'experiment.eval_every=1000',
    'experiment.generate_every=1000',
    'experiment.save_every=1000',
    `dataset.params.train_shards_path_or_url=${inFolder('pictures')}`,
    `training.max_train_steps=${maxSteps}`,
  ]);
}

async function startTraining(name: string, maxSteps: number): Promise<RunningProgram> {
  const config = inFolder(`${name}.json`);
  await writeFile(config, JSON.stringify(trainingConfig(inFolder(name), maxSteps)));
  return startProgram('train', 'tokenizer', '--config', config, '--json');
}

/** Interrupts a program once it has written something to a file, and says how long it still ran. */
async function interrupt(program: RunningProgram, path: string) {
  const ended = program.ended.then((result) => ({ ...result, at: performance.now() }));
  while ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    const early = await Promise.race([ended, sleep(10)]);
    expect(early, 'the program must still be running').toBeUndefined();
  }
  const start = performance.now();
  program.kill('SIGINT');
  const { at, ...result } = await ended;
  return { ...result, milliseconds: at - start };
}

async function partialFiles(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /partial|unfinished/.test(name));
}

beforeAll(async () => {
  await saveTinyModel(model);
  await writeNoise(picture, 1);
  await writeNoise(inFolder('pictures/b.png'), 2);
});

describe('restok, built', () => {
  it('prints one JSON object and nothing else', async () => {
    const result = await startProgram(
      ...['reconstruct', picture, '--model', model, '--backend', 'cpu', '--out', inFolder('json'), '--json'],
    ).ended;
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({ pictures: [{ file: picture, kept: {} }] });
  });

  it('stops at Ctrl-C within a second and leaves whole pictures only', async () => {
    const images = Array.from({ length: 500 }, () => picture);
    const out = inFolder('stopped');
    const program = startProgram(
      ...['reconstruct', ...images, '--keep', '1,2,4', '--model', model, '--backend', 'cpu', '--out', out],
    );
    const { signal, stdout, milliseconds } = await interrupt(program, join(out, 'a.png'));
    expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
    expect(milliseconds).toBeLessThan(STOP_MS);
    expect(await partialFiles()).toEqual([]);
    const files = await readdir(out);
    expect(files.length).toBeLessThan(500);
    for (const file of files) {
      expect(await readPicture(join(out, file))).toMatchObject({ width: 16 });
    }
  });

  it('trains as a config says and prints one JSON object', async () => {
    const program = await startTraining('trained', 2);
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ step: 2, finished: true, model: inFolder('trained/model') });
    const trained = await openModel(inFolder('trained/model'));
    expect(trained.weights.entries.size).toBeGreaterThan(0);
    await trained.close();
  });

  it('saves a checkpoint when training is interrupted', async () => {
    const log = inFolder('interrupted/log.jsonl');
    const program = await startTraining('interrupted', 100_000);
    const { signal, stdout, milliseconds } = await interrupt(program, log);
    expect(signal).toBe('SIGINT');
    expect(milliseconds).toBeLessThan(STOP_MS);
    const { step, finished } = JSON.parse(stdout) as { step: number; finished: boolean };
    expect(finished).toBe(false);
    expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(step);
    expect(await readdir(inFolder('interrupted/checkpoints'))).toHaveLength(1);
    expect(existsSync(inFolder('interrupted/model/model.safetensors'))).toBe(true);
    expect(await partialFiles()).toEqual([]);
  });
});
