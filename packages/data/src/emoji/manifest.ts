import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { z } from 'zod';

const entry = z.object({
  codeName: z.string(),
  name: z.string(),
  style: z.string(),
  category: z.string(),
  label: z.number().int().nonnegative(),
  test: z.boolean(),
});

/** manifest.json of an emoji folder. */
const emojiManifest = z
  .object({
    format: z.literal('restok-emoji-1'),
    size: z.number().int().positive(),
    classNames: z.array(z.string()),
    sources: z.array(
      z.object({
        style: z.string(),
        packageName: z.string(),
        version: z.string(),
        integrity: z.string(),
        licence: z.string(),
        credit: z.string(),
      }),
    ),
    pictures: z.array(entry),
  })
  .refine(({ classNames, pictures }) => pictures.every(({ label }) => label < classNames.length));

export type EmojiManifest = z.infer<typeof emojiManifest>;
export type EmojiEntry = z.infer<typeof entry>;

/** Sides of the pictures, in pixels. */
export const EMOJI_SIZE = 64;

/**
 * manifest.json of a folder, or undefined where there is none.
 *
 * @throws DataError when it is damaged, or a label in it is that of no class.
 */
export async function readManifest(folder: string): Promise<EmojiManifest | undefined> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  const parsed = emojiManifest.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new DataError(
      `readManifest: ${folder}/manifest.json is not an emoji manifest. Delete the folder and fetch it again.`,
    );
  }
  return parsed.data;
}

/** undefined, which no schema takes, for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
