import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import type { StoredPictures } from '../dataset';
import { checkIndex } from '../dataset';
import type { EmojiEntry, EmojiManifest } from './manifest';
import { readManifest } from './manifest';

/** Which emoji: those to learn from, those held out, or both. */
export type EmojiSplit = 'train' | 'test' | 'all';

/** An emoji folder as a data set, with what the manifest says of each picture. */
export interface EmojiDataset extends StoredPictures {
  readonly manifest: EmojiManifest;
  entry(index: number): EmojiEntry;
  /** 8-bit pixels `[64, 64, 3]` of one picture, a view. */
  bytes(index: number): Uint8Array;
}

/**
 * Opens a folder made by `downloadEmoji`; all pictures stay in memory (135 MB).
 *
 * @throws DataError when the folder is missing or incomplete.
 */
export async function openEmoji(folder: string, split: EmojiSplit): Promise<EmojiDataset> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) {
    throw new DataError(
      `openEmoji: ${folder} holds no manifest.json. Run: restok data emoji --out ${folder}`,
    );
  }
  const { size, classNames } = manifest;
  const pictureBytes = size * size * 3;
  const pixels = await readFile(join(folder, 'pictures.bin')).catch(() => undefined);
  if (pixels === undefined) {
    throw new DataError(
      `openEmoji: ${folder} holds no pictures.bin. Delete the folder and run: restok data emoji --out ${folder}`,
    );
  }
  if (pixels.length !== manifest.pictures.length * pictureBytes) {
    throw new DataError(
      `openEmoji: ${folder}/pictures.bin must hold ${manifest.pictures.length * pictureBytes} bytes, got ${pixels.length}. Delete the folder and fetch it again.`,
    );
  }
  const members = [...manifest.pictures.keys()].filter(
    (i) => split === 'all' || manifest.pictures[i]!.test === (split === 'test'),
  );
  const position = (index: number): number => members[checkIndex('openEmoji', index, members.length)]!;
  const entry = (index: number): EmojiEntry => manifest.pictures[position(index)]!;
  const bytes = (index: number): Uint8Array => {
    const start = position(index) * pictureBytes;
    return pixels.subarray(start, start + pictureBytes);
  };
  return {
    size,
    count: members.length,
    classNames,
    manifest,
    entry,
    bytes,
    picture: async (index) => ({ width: size, height: size, pixels: bytes(index) }),
    label: (index) => entry(index).label,
    name: (index) => `${entry(index).codeName}/${entry(index).style}`,
    read: (indices) => {
      const batch = new Float32Array(indices.length * pictureBytes);
      for (let i = 0; i < indices.length; i++) {
        const source = bytes(indices[i]!);
        const start = i * pictureBytes;
        for (let j = 0; j < pictureBytes; j++) {
          batch[start + j] = source[j]! / 255;
        }
      }
      return Promise.resolve(batch);
    },
  };
}
