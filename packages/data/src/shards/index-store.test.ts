import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeShard } from '../../test/shard-files';
import { openShardIndex } from './index-store';

let folder: string;
let shard: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-index-store-'));
  shard = join(folder, 'a.tar');
  await writeShard(shard, [['a.jpg', 'x']]);
});
afterEach(() => rm(folder, { recursive: true }));

/** The only file in the folder of indices. */
async function keptFile(): Promise<string> {
  const [name, ...more] = await readdir(join(folder, 'indices'));
  expect(more).toEqual([]);
  return join(folder, 'indices', name!);
}

describe('openShardIndex', () => {
  it('keeps an index and gives it again', async () => {
    const made = await openShardIndex(shard, join(folder, 'indices'));
    const path = await keptFile();
    // What is kept is what is given: a change in it shows.
    await writeFile(path, (await readFile(path, 'utf8')).replace('"keys":["a"]', '"keys":["b"]'));
    expect(made.keys).toEqual(['a']);
    expect((await openShardIndex(shard, join(folder, 'indices'))).keys).toEqual(['b']);
  });

  it('makes it anew when the shard was written again, or what was kept is damaged', async () => {
    await openShardIndex(shard, join(folder, 'indices'));
    await writeShard(shard, [['c.jpg', 'x']]);
    expect((await openShardIndex(shard, join(folder, 'indices'))).keys).toEqual(['c']);
    for (const text of ['{', '{}', '']) {
      await writeFile(await keptFile(), text);
      expect((await openShardIndex(shard, join(folder, 'indices'))).keys).toEqual(['c']);
    }
  });

  it('keeps nothing without a folder', async () => {
    expect((await openShardIndex(shard, undefined)).keys).toEqual(['a']);
    expect(await readdir(folder)).toEqual(['a.tar']);
  });

  it('throws DataError naming a shard that is missing or no file', async () => {
    const missing = openShardIndex(join(folder, 'b.tar'), undefined);
    await expect(missing).rejects.toThrow(DataError);
    await expect(missing).rejects.toThrow('b.tar does not exist');
    await expect(openShardIndex(folder, undefined)).rejects.toThrow('must be a file');
  });
});
