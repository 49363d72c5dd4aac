import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { readNpz } from '@restok/data';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../test/run-command';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';
import { decodeRows } from '../picture-coder';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const [tokenizer, generator, data] = ['tokenizer', 'generator', 'data'].map(inFolder) as [
  string,
  string,
  string,
];

const generate = (...argv: string[]): Promise<CommandResult> =>
  runCommand(
    'generate',
    '--tokenizer',
    tokenizer,
    '--generator',
    generator,
    '--json',
    '--seed',
    '7',
    ...argv,
  );

async function fillClass(place: string, name: string, count: number): Promise<void> {
  await mkdir(join(place, name), { recursive: true });
  for (let i = 0; i < count; i++) {
    await writeNoise(join(place, name, `${i}.png`), i);
  }
}

beforeAll(async () => {
  await saveTinyModel(tokenizer);
  await saveTinyGenerator(generator, { changes: { class_names: ['cats', 'birds', 'dogs'] } });
  // In the order of names: birds, cats, dogs.
  await fillClass(data, 'dogs', 2);
  await fillClass(data, 'birds', 1);
  await fillClass(data, 'cats', 2);
});

describe('generate --like', () => {
  it("makes one picture for each of a data set, of the generator's class of the same name", async () => {
    const out = inFolder('like.npz');
    const tensorsBefore = tf.memory().numTensors;
    const { code, stdout, stderr } = await generate('--like', data, '--out', out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    const { pictures } = JSON.parse(stdout) as {
      pictures: { class: string; label: number; number: number }[];
    };
    expect(pictures.map(({ class: name, label, number }) => [name, label, number])).toEqual([
      ['birds', 1, 1],
      ['cats', 0, 1],
      ['cats', 0, 2],
      ['dogs', 2, 1],
      ['dogs', 2, 2],
    ]);
    const model = await Generator.fromPretrained(generator);
    const decoder = await ResTok.fromPretrained(tokenizer);
    const indices = await model.generateIndices([1, 0, 0, 2, 2], { seed: 7 });
    const wanted = await decodeRows(decoder, Int32Array.from(await indices.data()), decoder.numLatents);
    [model, decoder, indices].forEach((each) => each.dispose());
    const { values } = (await readNpz(out, ['arr_0'])).arr_0;
    expect([...(values as Uint8Array)]).toEqual(wanted.flatMap(({ pixels }) => [...pixels]));
  });

  it('gives the same bytes in shards', async () => {
    const out = inFolder('shards');
    for (const shard of ['2/2', '1/2']) {
      expect((await generate('--like', data, '--shard', shard, '--out', out)).code).toBe(0);
    }
    expect((await runCommand('merge', out, '--json')).code).toBe(0);
    const whole = await readFile(inFolder('like.npz'));
    expect((await readFile(join(out, 'samples.npz'))).equals(whole)).toBe(true);
  });

  it('refuses shards of other labels in the same folder', async () => {
    await fillClass(inFolder('other'), 'birds', 5);
    const { code, stderr } = await generate(
      '--like',
      inFolder('other'),
      '--shard',
      '1/2',
      '--out',
      inFolder('shards'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('holds shards of something else (classes of its job.json differ)');
  });

  it('says in one line what does not go together, and which class is unknown', async () => {
    await fillClass(inFolder('unknown'), 'fish', 1);
    const out = ['--out', inFolder('refused.npz')];
    for (const [argv, message] of [
      [['--like', data, '--class', 'dogs'], '--like takes no --class or --count'],
      [['--like', data, '--count', '2'], '--like takes no --class or --count'],
      [['--like', data, '--grid', inFolder('grid.png')], '--like takes no --grid, --previews or --from'],
      [['--like', inFolder('unknown')], 'the generator has no class fish (1 of 1 in'],
      [['--like', inFolder('nowhere')], 'nowhere'],
      [[], '--class is missing. Name classes, give --like and a data set'],
    ] as const) {
      const { code, stderr } = await generate(...argv, ...out);
      expect(code, message).toBeGreaterThan(0);
      expect(stderr).toContain(message);
      expect(stderr.trimEnd()).not.toContain('\n');
    }
  });
});
