import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DataError } from '@restok/core';
import type { StoredPictures } from '@restok/data';
import { fromUnitRange, openEmoji, openImageFolder, openNpzRows } from '@restok/data';
import { bytesDigest, DIGEST_BYTES } from '../file-digest';

/** Pictures of one size that are scored as a set. */
export interface PictureSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** `[height, width, 3]` of one picture; in their order is fastest. */
  bytes(index: number): Uint8Array | Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * The test split of an emoji folder, or all of a folder of pictures at a size.
 *
 * @param shown what reports call the folder.
 */
export async function openScoredData(
  folder: string,
  size: number,
  shown: string,
): Promise<{ readonly name: string; readonly pictures: StoredPictures }> {
  if (existsSync(join(folder, 'manifest.json'))) {
    return { name: `${shown}, test split`, pictures: await openEmoji(folder, 'test') };
  }
  return { name: shown, pictures: await openImageFolder(folder, { size }) };
}

/**
 * Opens `arr_0` of a .npz, uint8 `[N, H, W, 3]`: the form of the ADM evaluation suite. It may be larger than memory.
 *
 * @returns its pictures; closed by the caller.
 * @throws DataError when it is something else.
 */
export async function openSamples(path: string): Promise<PictureSet> {
  const rows = await openNpzRows(path, 'arr_0');
  const { descriptor, shape } = rows;
  const [count, height, width, channels] = shape;
  if (descriptor !== '|u1' || shape.length !== 4 || channels !== 3 || count === 0) {
    await rows.close();
    throw new DataError(
      `openSamples: ${path} must hold arr_0 as uint8 [N, H, W, 3], got ${descriptor} [${shape.join(', ')}]. Write it with restok generate --out samples.npz.`,
      { descriptor, shape },
    );
  }
  return {
    count: count!,
    height: height!,
    width: width!,
    bytes: (index) => rows.read(index, index + 1),
    close: () => rows.close(),
  };
}

/** Whether a path names an archive rather than a folder. */
export function isArchive(path: string): boolean {
  return /\.npz$/i.test(basename(path));
}

/** All pictures of a data set as they are scored, in memory. */
export async function readSet(pictures: StoredPictures): Promise<PictureSet> {
  const { size, count } = pictures;
  const all: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    all.push(fromUnitRange(await pictures.read([index]), size, size).pixels);
  }
  return {
    count,
    height: size,
    width: size,
    bytes: (index) => all[index]!,
    close: () => Promise.resolve(),
  };
}

/**
 * SHA-256 of the digests of pictures in their order, in hexadecimal: shards of a set have their own.
 *
 * @param digests `[count, 32]`.
 */
export function digestOfDigests(
  digests: Uint8Array,
  { height, width }: Pick<PictureSet, 'height' | 'width'>,
): string {
  return createHash('sha256').update(`${height} ${width}\n`).update(digests).digest('hex');
}

/** SHA-256 that stands for all pixels of a set in their order. */
export async function pixelsDigest(pictures: PictureSet): Promise<string> {
  const digests = new Uint8Array(pictures.count * DIGEST_BYTES);
  for (let index = 0; index < pictures.count; index++) {
    digests.set(bytesDigest(await pictures.bytes(index)), index * DIGEST_BYTES);
  }
  return digestOfDigests(digests, pictures);
}

/** What reports of shards call a file or folder, whose path may differ from machine to machine. */
export function sharedName(path: string): string {
  return existsSync(path) ? basename(resolve(path)) : path;
}
