import { mkdir } from 'node:fs/promises';
import { DataError } from '@restok/core';
import { expectClose, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/tiny-training';
import { StoredFeatures, writeStoredFeatures } from './stored-features';

describe('StoredFeatures', () => {
  const at = temporaryFolder();
  beforeAll(() => useTestBackend('cpu'));

  /** Features 0, 1, 2, ... of a picture, each plus ten times its number. */
  const valuesOf = (picture: number): Float32Array =>
    Float32Array.from({ length: 10 }, (_, i) => 10 * picture + i);

  async function folderOf(name: string, pictures: number[]): Promise<string> {
    await mkdir(at(name));
    for (const picture of pictures) {
      await writeStoredFeatures(at(name), picture, { values: valuesOf(picture), width: 2 });
    }
    return at(name);
  }

  it('gives back what was written, the class feature apart from the patches', async () => {
    const provider = await StoredFeatures.open(await folderOf('whole', [0, 1, 2]));
    expect([provider.width, provider.gridOf()]).toEqual([2, { rows: 2, columns: 2 }]);
    const { classFeature, patchFeatures } = await provider.features({ pictures: [2, 0] });
    expectClose(classFeature, [20, 21, 0, 1], 0);
    expect(patchFeatures.shape).toEqual([2, 4, 2]);
    expectClose(patchFeatures, [22, 23, 24, 25, 26, 27, 28, 29, 2, 3, 4, 5, 6, 7, 8, 9], 0);
  });

  it('throws DataError for a picture without features, and for a folder without any', async () => {
    const provider = await StoredFeatures.open(await folderOf('gap', [0]));
    await expect(provider.features({ pictures: [7] })).rejects.toThrow(/7\.npy cannot be read/);
    await expect(StoredFeatures.open(at('nowhere'))).rejects.toThrow(DataError);
  });

  it('throws DataError for features of another shape', async () => {
    const provider = await StoredFeatures.open(await folderOf('shapes', [0]));
    await writeStoredFeatures(at('shapes'), 1, { values: new Float32Array(4), width: 2 });
    await expect(provider.features({ pictures: [1] })).rejects.toThrow(/must be \[5, 2\], got \[2, 2\]/);
    await writeStoredFeatures(at('shapes'), 2, { values: new Float32Array(6), width: 2 });
    await expect(provider.features({ pictures: [2] })).rejects.toThrow(/1 \+ side/);
  });
});
