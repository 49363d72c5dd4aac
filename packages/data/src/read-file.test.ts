import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf, readWholeFile } from './read-file';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-read-'));
  await writeFile(join(folder, 'four'), 'four');
  await writeFile(join(folder, 'empty'), '');
  // A hole, which takes no room on the disk.
  await writeFile(join(folder, 'huge'), '');
  await truncate(join(folder, 'huge'), 2 ** 40);
});
afterAll(() => rm(folder, { recursive: true }));

const read = (name: string): Promise<Uint8Array> =>
  readWholeFile(join(folder, name), { caller: 'readIt', maxBytes: 4, wanted: 'a file of four' });

describe('readWholeFile', () => {
  it('reads up to the limit', async () => {
    expect(String(await read('four'))).toBe('four');
  });

  it.each([
    ['none', 'does not exist. Check the path.'],
    ['four/none', 'does not exist. Check the path.'],
    ['empty', 'must be a file with content. Pass a file of four.'],
    ['.', 'must be a file with content. Pass a file of four.'],
    ['huge', 'has 1099511627776 bytes, more than the 4 that are read. Make it smaller first.'],
    ['x'.repeat(300), 'cannot be read (ENAMETOOLONG'],
  ])('says of %.10s what is wrong', async (name, problem) => {
    await expect(read(name)).rejects.toThrow(DataError);
    await expect(read(name)).rejects.toThrow(`readIt: ${join(folder, name)} ${problem}`);
  });
});

describe('problemOf', () => {
  it('is the first line of an error, or of whatever was thrown', () => {
    expect(problemOf(new Error('one\ntwo'))).toBe('one');
    expect(problemOf('one')).toBe('one');
  });
});
