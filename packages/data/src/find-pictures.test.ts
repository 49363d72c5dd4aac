import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPictures } from './find-pictures';
import { openImageFolder } from './image-folder';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-find-'));
  await mkdir(join(folder, 'pictures', 'cat'), { recursive: true });
  await writeFile(join(folder, 'pictures', 'cat', 'a.png'), '');
});
afterEach(() => rm(folder, { recursive: true }));

const find = async (): Promise<string[]> => (await findPictures(join(folder, 'pictures'))).sort();

describe('findPictures', () => {
  it('follows links to pictures and to folders of them', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', 'b.JPG'), '');
    await symlink(join(folder, 'elsewhere'), join(folder, 'pictures', 'dog'));
    await symlink(join(folder, 'elsewhere', 'b.JPG'), join(folder, 'pictures', 'c.jpeg'));
    expect(await find()).toEqual(['c.jpeg', join('cat', 'a.png'), join('dog', 'b.JPG')]);
  });

  it('ends where a link leads back up', async () => {
    await symlink(join(folder, 'pictures'), join(folder, 'pictures', 'cat', 'up'));
    await symlink('.', join(folder, 'pictures', 'cat', 'self'));
    expect(await find()).toEqual([join('cat', 'a.png')]);
  });

  it('passes over hidden names, other files and folders that are named like pictures', async () => {
    await mkdir(join(folder, 'pictures', '.git'));
    await writeFile(join(folder, 'pictures', '.git', 'b.png'), '');
    await writeFile(join(folder, 'pictures', 'cat', '._a.png'), '');
    await writeFile(join(folder, 'pictures', 'cat', 'notes.txt'), '');
    await mkdir(join(folder, 'pictures', 'cat', 'folder.png'));
    expect(await find()).toEqual([join('cat', 'a.png')]);
  });

  it('lists a link to nothing, and reading it names it', async () => {
    await rm(join(folder, 'pictures', 'cat', 'a.png'));
    await symlink('gone.png', join(folder, 'pictures', 'cat', 'b.png'));
    const dataset = await openImageFolder(join(folder, 'pictures'), { size: 2 });
    await expect(dataset.read([0])).rejects.toThrow(/cat\/b\.png does not exist/);
  });

  it('says whether a folder is missing or is none', async () => {
    await expect(findPictures(join(folder, 'none'))).rejects.toThrow(
      new DataError(`openImageFolder: ${join(folder, 'none')} does not exist. Check the path.`),
    );
    await expect(findPictures(join(folder, 'pictures', 'cat', 'a.png'))).rejects.toThrow(
      /^openImageFolder: [^\n]*a\.png cannot be listed \(ENOTDIR[^\n]*\)\. Pass a folder of pictures\.$/,
    );
  });
});
