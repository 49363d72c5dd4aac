import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataError, ShapeError } from '@restok/core/errors';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadEmojiOptions } from './download';
import { downloadEmoji } from './download';
import { openEmoji } from './open';
import type { EmojiSource } from './sources';
import { emojiSources } from './sources';

const pinned = emojiSources[0]!;
const catalogue = [
  { name: 'CYCLONE', category: 'Travel & Places', unified: '1F300' },
  { name: 'TIGER FACE', category: 'Animals & Nature', unified: '1F40C' },
];

let folder: string;
let fetched: number;
let tarball: Buffer;
let source: EmojiSource;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-emoji-'));
  fetched = 0;
  await publish({ 'emoji.json': JSON.stringify(catalogue), ...(await flatPictures()) });
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts files of a package into the tarball that is fetched, with the integrity that its source names. */
async function publish(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    archive.entry({ name: `package/${name}` }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) {
    chunks.push(chunk as Buffer);
  }
  tarball = gzipSync(Buffer.concat(chunks));
  source = { ...pinned, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` };
}

async function flatPictures(): Promise<Record<string, Buffer>> {
  const levels = { '1f300': 51, '1f40c': 102, unknown: 153 };
  const pictures = Object.entries(levels).map(async ([codeName, level]) => {
    const flat = { width: 64, height: 64, channels: 3 as const, background: { r: level, g: 0, b: 255 } };
    return [`img/google/64/${codeName}.png`, await sharp({ create: flat }).png().toBuffer()] as const;
  });
  return Object.fromEntries(await Promise.all(pictures));
}

function download(options: DownloadEmojiOptions = {}): ReturnType<typeof downloadEmoji> {
  const fetchTarball = (): Promise<Uint8Array> => {
    fetched += 1;
    return Promise.resolve(tarball);
  };
  return downloadEmoji(folder, { sources: [source], fetchTarball, ...options });
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

  it('fetches again what another version or a cut left behind, and pictures that are missing', async () => {
    await download();
    const first = source.integrity;
    await publish({ 'emoji.json': JSON.stringify(catalogue), ...(await flatPictures()), 'notes.txt': 'new' });
    expect((await download()).sources[0]?.integrity).not.toBe(first);
    await truncate(join(folder, 'pictures.bin'), 64);
    await download();
    await rm(join(folder, 'pictures.bin'));
    await download();
    expect(fetched).toBe(4);
    expect((await openEmoji(folder, 'all')).count).toBe(2);
  });

  it('refuses a tarball that is not the pinned one', async () => {
    tarball[tarball.length - 5]! ^= 1;
    const downloading = download();
    await expect(downloading).rejects.toThrow(DataError);
    await expect(downloading).rejects.toThrow(
      /^downloadEmoji: the tarball of emoji-datasource-google must have the integrity sha512-[^\n]*$/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a catalogue that is cut off',
      { 'emoji.json': '[{' },
      /emoji\.json of emoji-datasource-google is not a list/,
    ],
    ['a catalogue of something else', { 'emoji.json': '[{"name": 1}]' }, /is not a list of emoji/],
    ['no pictures', { 'emoji.json': JSON.stringify(catalogue) }, /holds no pictures in package\/img/],
    [
      'a picture that is none',
      { 'emoji.json': JSON.stringify(catalogue), 'img/google/64/1f300.png': 'text' },
      /1f300\.png is not a PNG, JPEG or WebP picture/,
    ],
    ['a picture in a place outside', { 'img/google/64/../../x.png': 'text' }, /leaves its package/],
  ])('writes nothing for a package with %s', async (_what, files, problem) => {
    await publish(files);
    await expect(download()).rejects.toThrow(DataError);
    await expect(download()).rejects.toThrow(problem);
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes nothing when the tarball is cut off, though its integrity is right', async () => {
    tarball = tarball.subarray(0, 100);
    source = { ...source, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` };
    await expect(download()).rejects.toThrow(/the tarball is damaged/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the older set when it is stopped, and passes the reason on', async () => {
    const before = await download();
    await publish({ 'emoji.json': JSON.stringify(catalogue), ...(await flatPictures()), 'notes.txt': 'new' });
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    const onProgress = (): void => controller.abort(reason);
    await expect(download({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect((await readdir(folder)).sort()).toEqual(['CREDITS.md', 'manifest.json', 'pictures.bin']);
    expect((await openEmoji(folder, 'all')).manifest).toEqual(before);
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
    expect(await train.picture(0)).toEqual({ width: 64, height: 64, pixels: train.bytes(0) });
  });

  it('refuses a folder without a manifest and one whose pictures are cut off', async () => {
    await expect(openEmoji(folder, 'all')).rejects.toThrow(/holds no manifest\.json/);
    await download();
    await writeFile(join(folder, 'pictures.bin'), 'x');
    await expect(openEmoji(folder, 'all')).rejects.toThrow(/must hold 24576 bytes, got 1/);
    await rm(join(folder, 'pictures.bin'));
    await expect(openEmoji(folder, 'all')).rejects.toThrow(
      /holds no pictures\.bin\. Delete the folder and run/,
    );
  });

  it('refuses indices that it does not have', async () => {
    await download();
    const test = await openEmoji(folder, 'test');
    for (const index of [1, -1, 0.5, NaN]) {
      expect(() => test.label(index)).toThrow(ShapeError);
      expect(() => test.bytes(index)).toThrow(`openEmoji: index must be in 0 ... 0, got ${index}.`);
    }
  });
});
