import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNpz } from '@restok/data';
import { runsEverything } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { noise, writeNoise } from '../../test/sample-pictures';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';
import { writeRandomInception } from '../../test/random-inception';

/** What an evaluation prints with --json. */
interface Result {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Inception on plain JavaScript takes its time. */
const TIMEOUT_MS = 600_000;

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const model = inFolder('model');
const data = inFolder('pictures');
const fewer = inFolder('fewer');
const inception = inFolder('inception.safetensors');

/** Runs shards in an order, merges them, and gives what the merge says. */
async function inShards(out: string, numbers: readonly number[], argv: readonly string[]): Promise<Result> {
  for (const number of numbers) {
    await succeed<Result>(...argv, '--out', out, '--shard', `${number}/${numbers.length}`);
  }
  const merged = await succeed<Result>('merge', out);
  expect(JSON.parse(await readFile(join(out, 'evaluation.json'), 'utf8'))).toEqual(merged);
  return merged;
}

/** Settings without those that name a place: shards say the last part of it only. */
function withoutPlaces({ settings, ...rest }: Result, ...places: string[]): object {
  const kept = Object.entries(settings).filter(([name]) => !places.includes(name));
  return { ...rest, settings: Object.fromEntries(kept) };
}

/** A .npz of pictures of noise. */
async function writeSamples(name: string, first: number, count: number): Promise<string> {
  const values = Uint8Array.from(
    Array.from({ length: count }, (_, i) => [...noise(first + i, TINY_SIZE, TINY_SIZE).pixels]).flat(),
  );
  await writeNpz(inFolder(name), { arr_0: { shape: [count, TINY_SIZE, TINY_SIZE, 3], values } });
  return inFolder(name);
}

beforeAll(async () => {
  await saveTinyModel(model);
  // Four blocks of 8 pictures and one of 2, and blocks of 8 and 1.
  for (const [place, count] of [
    [data, 34],
    [fewer, 9],
  ] as const) {
    await mkdir(place);
    await Promise.all(Array.from({ length: count }, (_, i) => writeNoise(join(place, `${100 + i}.png`), i)));
  }
  await writeRandomInception(inception);
}, TIMEOUT_MS);

describe('eval reconstruction --shard', () => {
  const on = (pictures: string): string[] => ['eval', 'reconstruction', '--data', pictures, '--model', model];
  const command = on(data);

  it('gives the numbers of one process to the last digit, whatever the number and order of shards', async () => {
    const whole = withoutPlaces(await succeed<Result>(...command), 'model', 'data');
    for (const numbers of [
      [2, 1],
      [6, 1, 3, 2, 5, 4],
    ]) {
      const merged = await inShards(inFolder(`of-${numbers.length}`), numbers, command);
      expect(merged.settings).toMatchObject({ model: 'model', data: 'pictures' });
      expect(withoutPlaces(merged, 'model', 'data')).toEqual(whole);
    }
  });

  it('finds that a shard is done, and merges only when all are', async () => {
    const out = inFolder('half');
    const first = [...command, '--out', out, '--shard', '1/2'];
    expect(await succeed<Result>(...first)).toEqual({ folder: out, shard: '1/2', pictures: 18, made: true });
    expect(await succeed<Result>(...first)).toMatchObject({ made: false });
    const { code, stderr } = await runCommand('merge', out);
    expect(stderr).toMatch(/lacks 1 of 2 shards \(2\)/);
    expect(code).toBe(1);
  });
});

describe('eval generation --shard', () => {
  // A minute of Inception; sums of features and the merging of shards have tests of their own.
  it.runIf(runsEverything)(
    'merges FID and every other number exactly (in npm run test:slow)',
    { timeout: TIMEOUT_MS },
    async () => {
      const samples = await writeSamples('samples.npz', 0, 9);
      const reference = await writeSamples('reference.npz', 50, 4);
      const command = [
        ...['eval', 'generation', '--samples', samples, '--reference', reference, '--inception', inception],
      ];
      const places = ['samples', 'reference', 'inception weights'];
      const whole = withoutPlaces(await succeed<Result>(...command), ...places);
      const merged = await inShards(inFolder('generation'), [2, 1], command);
      expect(merged.settings).toMatchObject({ samples: 'samples.npz', reference: 'reference.npz' });
      expect(merged.metrics['fid']).toBeGreaterThan(0);
      expect(withoutPlaces(merged, ...places)).toEqual(whole);
    },
  );

  it.each<[string, RegExp, ...string[]]>([
    ['shards without a network', /need --inception/, '--shard', '1/2', '--out', 'out'],
    ['shards without a folder', /shards need --out/, '--shard', '1/2', '--inception', inception],
    ['a folder without shards', /takes --out with --shard or --queue only/, '--out', 'out'],
  ])('counts %s as wrong usage', async (_what, message, ...argv) => {
    const command = ['eval', 'generation', '--samples', 'a.npz', '--reference', 'b.npz'];
    const { code, stdout, stderr } = await runCommand(...command, ...argv);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
