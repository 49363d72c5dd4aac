import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import { fileDigest, folderDigest } from './file-digest';

const folder = temporaryFolder();

describe('fileDigest', () => {
  it('is the SHA-256 of the bytes', async () => {
    const file = join(folder, 'abc');
    await writeFile(file, 'abc');
    // The first example of FIPS 180-2.
    expect(await fileDigest(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('folderDigest', () => {
  it('depends on the names and the contents of the files alone', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await mkdir(one);
    await writeFile(join(one, 'a'), '1');
    await writeFile(join(one, 'b'), '2');
    await cp(one, two, { recursive: true });
    expect(await folderDigest(two)).toBe(await folderDigest(one));
    await writeFile(join(two, 'b'), '3');
    expect(await folderDigest(two)).not.toBe(await folderDigest(one));
    await writeFile(join(two, 'b'), '2');
    await rename(join(two, 'b'), join(two, 'c'));
    expect(await folderDigest(two)).not.toBe(await folderDigest(one));
  });
});
