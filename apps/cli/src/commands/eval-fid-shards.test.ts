import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpz, writeNpz } from '@restok/data';
import { InceptionV3 } from '@restok/metrics/inception';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise, writeNoiseArchive } from '../../test/sample-pictures';
import { standInForInception } from '../../test/stand-in-inception';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel } from '../../test/tiny-model';

/** What an evaluation prints with --json. */
interface Result {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly metrics: Readonly<Record<string, number>>;
}

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const [model, data, inception] = [inFolder('model'), inFolder('pictures'), inFolder('tiny.safetensors')];
const [samples, reference] = [inFolder('samples.npz'), inFolder('reference.npz')];

async function succeed(...argv: string[]): Promise<Result> {
  const { code, stdout, stderr } = await runCommand(...argv, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}

/** A report but for its places, of which shards say the last part only. */
function withoutPlaces({ settings, ...rest }: Result): object {
  const places = ['model', 'data', 'samples', 'reference', 'inception weights'];
  return {
    ...rest,
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !places.includes(name))),
  };
}

/** Runs shards in an order, merges them, and compares with one process. */
async function expectSameInShards(
  name: string,
  numbers: readonly number[],
  command: string[],
): Promise<void> {
  const whole = await succeed(...command);
  const out = inFolder(`${name}-${numbers.length}`);
  for (const number of numbers) {
    await succeed(...command, '--out', out, '--shard', `${number}/${numbers.length}`);
  }
  const merged = await succeed('merge', out);
  expect(withoutPlaces(merged)).toEqual(withoutPlaces(whole));
  expect(JSON.parse(await readFile(join(out, 'evaluation.json'), 'utf8'))).toEqual(merged);
}

beforeAll(async () => {
  await saveTinyModel(model);
  await mkdir(data);
  // Blocks of 8, 8 and 3 pictures; of 8, 8, 8 and 1, and of 8 and 5.
  await Promise.all(Array.from({ length: 19 }, (_, i) => writeNoise(join(data, `${100 + i}.png`), i)));
  await writeNoiseArchive(samples, 0, 25);
  await writeNoiseArchive(reference, 50, 13);
  await standInForInception(inception);
});

afterAll(() => vi.restoreAllMocks());

describe('eval generation --shard with a network', () => {
  const command = ['eval', 'generation', '--samples', samples, '--reference', reference];
  const withNetwork = [...command, '--inception', inception];

  // Five shards are more than the reference has blocks.
  it.each([[[2, 1]], [[4, 2, 5, 1, 3]]])('merges %j to the digits of one process', async (numbers) => {
    await expectSameInShards('generation', numbers, withNetwork);
  });

  it('has every number of the evaluation, none of them trivial', async () => {
    const { metrics } = await succeed(...withNetwork);
    for (const name of ['fid', 'sFid', 'inceptionScore', 'inceptionScoreOfParts']) {
      expect(metrics[name], name).toBeGreaterThan(0.01);
    }
    expect(metrics['precision']).toBeGreaterThan(0);
    expect(metrics['recall']).toBeGreaterThan(0);
    expect(InceptionV3.fromWeights).toHaveBeenCalled();
  });

  it('merges statistics that the reference brings', async () => {
    const { arr_0 } = await readNpz(reference, ['arr_0']);
    const square = (side: number): Float64Array =>
      Float64Array.from({ length: side * side }, (_, at) => (at % (side + 1) === 0 ? 0.5 : 0));
    const stored = inFolder('stored.npz');
    await writeNpz(stored, {
      arr_0,
      mu: { shape: [6], values: new Float64Array(6).fill(1) },
      sigma: { shape: [6, 6], values: square(6) },
      mu_s: { shape: [5], values: new Float64Array(5).fill(2) },
      sigma_s: { shape: [5, 5], values: square(5) },
    });
    const other = ['eval', 'generation', '--samples', samples, '--reference', stored];
    await expectSameInShards('stored', [3, 1, 2], [...other, '--inception', inception]);
  });
});

describe('eval reconstruction --shard with a network', () => {
  const command = ['eval', 'reconstruction', '--data', data, '--model', model, '--inception', inception];

  it.each([[[2, 1]], [[3, 5, 1, 4, 2]]])(
    'merges rFID of %j to the digits of one process',
    async (numbers) => {
      expect((await succeed(...command)).metrics['rFid']).toBeGreaterThan(0.01);
      await expectSameInShards('reconstruction', numbers, command);
    },
  );
});
