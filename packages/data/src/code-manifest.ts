import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { z } from 'zod';
import { writeAtomically } from './atomic-file';
import type { PictureDataset } from './dataset';
import { parseJson } from './emoji/manifest';
import type { ExtractionMethodName } from './extraction-crops';
import { extractionMethods } from './extraction-crops';

const MANIFEST = 'codes.json';
const count = z.number().int().positive();

const codeManifest = z.object({
  format: z.literal('restok-codes-1'),
  /** Name of the pictures; it begins the names of the folders. */
  data: z.string().regex(/^[^/\\]+$/),
  /** Sides of the crops, in pixels. */
  size: count,
  /** Pictures, of all shards. */
  count,
  numLatents: count,
  codebookSize: count,
  crops: z.enum(Object.keys(extractionMethods) as [ExtractionMethodName, ...ExtractionMethodName[]]),
  classNames: z.array(z.string()),
  /** SHA-256 of names and labels, see {@link picturesDigest}. */
  pictures: z.string(),
  /** Tells tokenizers apart. */
  tokenizer: z.string(),
});

/** codes.json of a code folder: what its codes are of. */
export type CodeManifest = Readonly<z.infer<typeof codeManifest>>;

/**
 * codes.json of a folder, or undefined where there is none.
 *
 * @throws DataError when it is damaged.
 */
export async function readCodeManifest(folder: string): Promise<CodeManifest | undefined> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  const parsed = codeManifest.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new DataError(
      `readCodeManifest: ${join(folder, MANIFEST)} does not describe codes. Delete ${folder} and extract again.`,
    );
  }
  return parsed.data;
}

/**
 * Makes a folder ready for codes: writes its codes.json, or checks that the one there is the same, so that
 * several processes may fill a folder and a stopped one goes on.
 *
 * @throws DataError when the folder holds codes of something else.
 */
export async function beginCodeFolder(folder: string, manifest: CodeManifest): Promise<void> {
  const found = await readCodeManifest(folder);
  if (found === undefined) {
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
    return writeAtomically(join(folder, MANIFEST), (partialPath) => writeFile(partialPath, text));
  }
  const keys = Object.keys(manifest) as (keyof CodeManifest)[];
  const differing = keys.filter((key) => JSON.stringify(found[key]) !== JSON.stringify(manifest[key]));
  if (differing.length > 0) {
    throw new DataError(
      `beginCodeFolder: ${folder} holds codes of something else (${differing.join(', ')} of its ${MANIFEST} differ). Choose another folder or delete this one.`,
      { differing },
    );
  }
}

/** SHA-256 of the names and labels of a data set, which tells whether index k still is the same picture. */
export function picturesDigest(dataset: PictureDataset): string {
  const hash = createHash('sha256');
  for (let i = 0; i < dataset.count; i++) {
    hash.update(`${dataset.name(i)}\t${dataset.label(i)}\n`);
  }
  return hash.digest('hex');
}
