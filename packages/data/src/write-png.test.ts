import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromUnitRange } from './picture';
import { readPicture } from './read-picture';
import { writePng } from './write-png';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-png-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writePng', () => {
  it('writes what readPicture reads back exactly, whatever the extension', async () => {
    const picture = fromUnitRange([0, 0.5, 1, 0.25, 1, 0], 1, 2);
    await writePng(join(folder, 'new', 'a.picture'), picture);
    expect(await readPicture(join(folder, 'new', 'a.picture'))).toEqual(picture);
  });

  it('leaves nothing behind when the pixels do not fit the size', async () => {
    const broken = { width: 2, height: 2, pixels: new Uint8Array(3) };
    await expect(writePng(join(folder, 'a.png'), broken)).rejects.toThrow(
      'pixels must be [2, 2, 3], 12 values, got 3',
    );
    expect(await readdir(folder)).toEqual([]);
  });
});
