import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { readNpz } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../test/run-command';
import { runCommand } from '../../test/run-command';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);

const generate = (...argv: string[]): Promise<CommandResult> =>
  runCommand(
    ...['generate', '--tokenizer', inFolder('tokenizer'), '--generator', inFolder('generator')],
    ...['--seed', '7', '--json', ...argv],
  );

async function succeed(...argv: string[]): Promise<unknown> {
  const tensorsBefore = tf.memory().numTensors;
  const { code, stdout, stderr } = await generate(...argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(tf.memory().numTensors).toBe(tensorsBefore);
  return JSON.parse(stdout) as unknown;
}

beforeAll(async () => {
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
});

describe('generate --shard', () => {
  const classes = ['--class', '0,2', '--count', '20', '--guidance', '2'];

  it('gives the bytes that one process writes, whatever the number and order of shards', async () => {
    await succeed(...classes, '--out', inFolder('whole.npz'));
    const whole = await readFile(inFolder('whole.npz'));
    // 40 pictures in blocks of 16, 16 and 8; the fourth of four shards has none.
    for (const [name, numbers] of [
      ['two', [2, 1]],
      ['four', [1, 4, 3, 2]],
    ] as const) {
      const out = inFolder(name);
      for (const number of numbers) {
        await succeed(...classes, '--shard', `${number}/${numbers.length}`, '--out', out);
      }
      const { code, stdout } = await runCommand('merge', out, '--json');
      expect(code).toBe(0);
      const file = join(out, 'samples.npz');
      expect(JSON.parse(stdout)).toEqual({ folder: out, shards: numbers.length, pictures: 40, file });
      expect((await readFile(file)).equals(whole), name).toBe(true);
    }
  });

  it('makes a shard once, and again where it was lost', async () => {
    const out = inFolder('again');
    const run = (): Promise<unknown> => succeed(...classes, '--shard', '2/3', '--out', out);
    expect(await run()).toEqual({ folder: out, shard: '2/3', pictures: 16, made: true });
    const archive = await readFile(join(out, 'shards/2-of-3.npz'));
    expect(await run()).toMatchObject({ made: false });
    await rm(join(out, 'shards/2-of-3.json'));
    expect(await run()).toMatchObject({ made: true });
    expect((await readFile(join(out, 'shards/2-of-3.npz'))).equals(archive)).toBe(true);
  });

  it('takes all classes in turn where none is named', async () => {
    await succeed('--count', '5', '--shard', '1/1', '--out', inFolder('turns'));
    const { arr_0 } = await readNpz(inFolder('turns/shards/1-of-1.npz'), ['arr_0']);
    expect(arr_0.shape).toEqual([5, TINY_SIZE, TINY_SIZE, 3]);
  });

  it.each<[string, RegExp, ...string[]]>([
    ['another seed in the same folder', /something else \(seed of its/, '--shard', '1/3', '--seed', '8'],
    ['another number of shards', /something else \(shards of its/, '--shard', '1/2'],
  ])('refuses %s', async (_what, message, ...argv) => {
    const { code, stderr } = await generate(...classes, '--out', inFolder('again'), ...argv);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  it.each<[string, RegExp, ...string[]]>([
    ['a .npz as --out', /shards need a folder/, '--out', 'a.npz', '--shard', '1/2'],
    ['a grid', /shards take no --grid/, '--out', 'a', '--shard', '1/2', '--grid', 'g.png'],
    ['--shards without a queue', /--shards needs --queue/, '--out', 'a', '--shards', '2'],
    ['a queue without --shards', /--queue needs --shards/, '--out', 'a', '--queue', 'redis://h'],
    ['a path outside of the root', /must be below/, '--queue', 'redis://h', '--shards', '2', '--out', '/a'],
    ['another kind of queue', /address of a Redis/, '--out', 'a', '--queue', 'amqp://h', '--shards', '2'],
  ])('counts %s as wrong usage', async (_what, message, ...argv) => {
    const { code, stdout, stderr } = await generate('--class', '0', ...argv);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
