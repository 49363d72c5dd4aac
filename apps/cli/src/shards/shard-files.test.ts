import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import type { ShardJob } from './job-folder';
import { beginJob, readJob } from './job-folder';
import { allShards, findShard, readShardArrays, writeShard } from './shard-files';

const root = temporaryFolder();
const job: ShardJob = { format: 'restok-job-1', command: 'generate', shards: 2, settings: { seed: 1 } };

const resultOf = (value: number, model = 'a') => ({
  pictures: 1,
  inputs: { model },
  arrays: { values: { shape: [1], values: Int32Array.of(value) } },
});

async function jobOfTwo(name: string, ...models: string[]): Promise<string> {
  const folder = join(root, name);
  await beginJob(folder, job);
  for (const [i, model] of models.entries()) {
    await writeShard(folder, job, i + 1, resultOf(i, model));
  }
  return folder;
}

describe('beginJob', () => {
  it('may be called again for the same job, also with keys in another order', async () => {
    const folder = await jobOfTwo('again');
    await beginJob(folder, { ...job, settings: { ...job.settings } });
    expect(await readJob(folder)).toEqual(job);
  });

  it('refuses a folder of another job and says what differs', async () => {
    const folder = await jobOfTwo('other');
    const begin = beginJob(folder, { ...job, shards: 3, settings: { seed: 2, count: 5 } });
    await expect(begin).rejects.toThrow(/something else \(seed, shards, count of its job\.json differ\)/);
  });

  it('refuses a damaged job.json', async () => {
    const folder = await jobOfTwo('damaged');
    await writeFile(join(folder, 'job.json'), '{"format":');
    await expect(readJob(folder)).rejects.toThrow(/job\.json is damaged\. Delete it/);
    await writeFile(join(folder, 'job.json'), JSON.stringify({ ...job, command: 'rm' }));
    await expect(readJob(folder)).rejects.toThrow(/command must be one of extract, generate/);
  });
});

describe('readJob', () => {
  it('says so where there is none', async () => {
    await expect(readJob(root)).rejects.toThrow(/holds no job\.json/);
  });
});

describe('writeShard', () => {
  it('keeps what computed a shard, which may differ between shards', async () => {
    const folder = await jobOfTwo('computed');
    for (const [i, backend] of ['cpu', 'wasm'].entries()) {
      await writeShard(folder, job, i + 1, { ...resultOf(i), computation: { backend } });
    }
    const manifests = await allShards(folder, job);
    expect(manifests.map(({ computation }) => computation)).toEqual([
      { backend: 'cpu' },
      { backend: 'wasm' },
    ]);
  });

  it('writes the same bytes for the same result, and nothing else', async () => {
    const [one, two] = [await jobOfTwo('one', 'a', 'a'), await jobOfTwo('two', 'a', 'a')];
    const names = (await readdir(join(one, 'shards'))).sort();
    expect(names).toEqual(['1-of-2.json', '1-of-2.npz', '2-of-2.json', '2-of-2.npz']);
    for (const name of names) {
      expect(await readFile(join(one, 'shards', name))).toEqual(await readFile(join(two, 'shards', name)));
    }
  });

  it('says that a shard is done when its arrays are there', async () => {
    const folder = await jobOfTwo('done', 'a');
    expect(await findShard(folder, job, 1)).toMatchObject({ shard: 1, shards: 2, inputs: { model: 'a' } });
    expect(await findShard(folder, job, 2)).toBeUndefined();
  });
});

describe('allShards', () => {
  it('names the shards that are missing', async () => {
    const folder = await jobOfTwo('missing', 'a');
    await expect(allShards(folder, job)).rejects.toThrow(/lacks 1 of 2 shards \(2\)\. Run them/);
  });

  it('refuses shards that were made from different inputs', async () => {
    const folder = await jobOfTwo('mixed', 'a', 'b');
    await expect(allShards(folder, job)).rejects.toThrow(
      /shards 1 and 2 .* different ones \(model\)\. Delete one/,
    );
  });
});

describe('readShardArrays', () => {
  it('gives back the arrays', async () => {
    const folder = await jobOfTwo('read', 'a', 'a');
    const [, second] = await allShards(folder, job);
    expect(await readShardArrays(folder, second!, ['values'])).toEqual({
      values: { shape: [1], values: Int32Array.of(1) },
    });
  });

  it('finds a file that is not the one that was written', async () => {
    const folder = await jobOfTwo('swapped', 'a', 'a');
    const [first] = await allShards(folder, job);
    const file = (name: string): string => join(folder, 'shards', name);
    await writeFile(file('1-of-2.npz'), await readFile(file('2-of-2.npz')));
    await expect(readShardArrays(folder, first!, ['values'])).rejects.toThrow(DataError);
    await expect(readShardArrays(folder, first!, ['values'])).rejects.toThrow(
      /1-of-2\.npz is damaged\. Delete/,
    );
    await rm(file('1-of-2.npz'));
    await expect(readShardArrays(folder, first!, ['values'])).rejects.toThrow(/1-of-2\.npz is missing/);
  });
});
