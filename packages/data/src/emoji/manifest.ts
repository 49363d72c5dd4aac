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
export const emojiManifest = z.object({
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
});

export type EmojiManifest = z.infer<typeof emojiManifest>;
export type EmojiEntry = z.infer<typeof entry>;

/** Sides of the pictures, in pixels. */
export const EMOJI_SIZE = 64;
