import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifest } from './manifest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-manifest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const picture = {
  codeName: '1f300',
  name: 'cyclone',
  style: 'noto',
  category: 'travel',
  label: 0,
  test: false,
};
const manifest = {
  format: 'restok-emoji-1',
  size: 64,
  classNames: ['travel/noto'],
  sources: [],
  pictures: [picture],
};

describe('readManifest', () => {
  it('is undefined without a file', async () => {
    expect(await readManifest(folder)).toBeUndefined();
  });

  it('gives what the file holds', async () => {
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    expect(await readManifest(folder)).toEqual(manifest);
  });

  it.each([
    ['text that is cut off', '{"format": "restok-em'],
    ['a list', '[]'],
    ['another format', JSON.stringify({ ...manifest, format: 'restok-emoji-2' })],
    ['no size', JSON.stringify({ ...manifest, size: 0 })],
    ['a label of no class', JSON.stringify({ ...manifest, pictures: [{ ...picture, label: 1 }] })],
    ['a negative label', JSON.stringify({ ...manifest, pictures: [{ ...picture, label: -1 }] })],
  ])('refuses %s and says what to do', async (_what, text) => {
    await writeFile(join(folder, 'manifest.json'), text);
    await expect(readManifest(folder)).rejects.toThrow(DataError);
    await expect(readManifest(folder)).rejects.toThrow(
      `readManifest: ${folder}/manifest.json is not an emoji manifest. Delete the folder and fetch it again.`,
    );
  });
});
