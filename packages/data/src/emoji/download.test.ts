import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataError } from '@restok/core';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadEmoji, readManifest } from './download';
import { openEmoji } from './open';
import { emojiSources } from './sources';

const source = emojiSources[0]!;
const catalogue = [
  { name: 'CYCLONE', category: 'Travel & Places', unified: '1F300' },
  { name: 'TIGER FACE', category: 'Animals & Nature', unified: '1F40C' },
];

let folder: string;
let fetched: number;
let tarball: Buffer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-emoji-'));
  fetched = 0;
  const archive = pack();
  archive.entry({ name: 'package/emoji.json' }, JSON.stringify(catalogue));
  for (const [codeName, level] of [
    ['1f300', 51],
    ['1f40c', 102],
    ['unknown', 153],
  ] as const) {
    const flat = { width: 64, height: 64, channels: 3 as const, background: { r: level, g: 0, b: 255 } };
    archive.entry(
      { name: `${source.folder}${codeName}.png` },
      await sharp({ create: flat }).png().toBuffer(),
    );
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) {
    chunks.push(chunk as Buffer);
  }
  tarball = gzipSync(Buffer.concat(chunks));
});
afterEach(() => rm(folder, { recursive: true }));

function download(bytes = tarball): ReturnType<typeof downloadEmoji> {
  return downloadEmoji(folder, {
    sources: [source],
    fetchTarball: () => {
      fetched += 1;
      return Promise.resolve(bytes);
    },
  });
}

describe('downloadEmoji', () => {
  it('keeps the pictures that the catalogue names, with label and split', async () => {
    const { pictures, classNames } = await download();
    expect(pictures.map(({ codeName, name, test }) => [codeName, name, test])).toEqual([
      ['1f300', 'cyclone', false],
      ['1f40c', 'tiger face', true],
    ]);
    expect(pictures.map(({ label }) => classNames[label])).toEqual(['travel/noto', 'animals/noto']);
    expect((await readdir(folder)).sort()).toEqual(['CREDITS.md', 'manifest.json', 'pictures.bin']);
    expect(await readFile(join(folder, 'CREDITS.md'), 'utf8')).toContain(source.credit);
  });

  it('leaves a complete folder as it is, and gives its manifest', async () => {
    const first = await download();
    expect(await download()).toEqual(first);
    expect(fetched).toBe(1);
  });

  it('writes nothing when the tarball is damaged', async () => {
    await expect(download(tarball.subarray(0, 100))).rejects.toThrow(DataError);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('readManifest', () => {
  it('is undefined without a file, and refuses what is no manifest', async () => {
    expect(await readManifest(folder)).toBeUndefined();
    for (const text of ['{', '[]', '{"format":"restok-emoji-2"}']) {
      await writeFile(join(folder, 'manifest.json'), text);
      await expect(readManifest(folder)).rejects.toThrow(/is not an emoji manifest/);
    }
  });
});

describe('openEmoji', () => {
  it('splits into pictures to learn from and held-out ones', async () => {
    await download();
    const train = await openEmoji(folder, 'train');
    const test = await openEmoji(folder, 'test');
    expect([train.count, test.count, (await openEmoji(folder, 'all')).count]).toEqual([1, 1, 2]);
    expect([train.name(0), test.name(0)]).toEqual(['1f300/noto', '1f40c/noto']);
    const pixels = await test.read([0]);
    expect(pixels.length).toBe(64 * 64 * 3);
    expect([...pixels.subarray(0, 3)]).toEqual([102 / 255, 0, 1].map(Math.fround));
    expect([...train.bytes(0).subarray(0, 3)]).toEqual([51, 0, 255]);
  });

  it('refuses a folder without a manifest and one whose pictures are cut off', async () => {
    await expect(openEmoji(folder, 'all')).rejects.toThrow(/holds no manifest\.json/);
    await download();
    await writeFile(join(folder, 'pictures.bin'), 'x');
    await expect(openEmoji(folder, 'all')).rejects.toThrow(/must hold 24576 bytes, got 1/);
  });
});
