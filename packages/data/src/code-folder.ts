import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Random } from '@restok/core/random';
import { DataError } from '@restok/core/errors';
import type { PictureCodes } from './code-file';
import { readCodeFile, readLabelFile } from './code-file';
import type { CodeManifest } from './code-manifest';
import { readCodeManifest } from './code-manifest';
import { checkIndex } from './dataset';
import { extractionMethods } from './extraction-crops';

/** Files of one picture in a code folder. */
export interface CodePaths {
  /** `<data><size>_codes/<index>.npy` */
  readonly codes: string;
  /** `<data><size>_labels/<index>.npy` */
  readonly label: string;
}

/** Codes of a data set, read in batches. */
export interface CodeDataset {
  readonly manifest: CodeManifest;
  readonly count: number;
  readonly numLatents: number;
  readonly codebookSize: number;
  readonly classNames: readonly string[];
  /**
   * Indices and labels of some pictures.
   *
   * @param pictures in 0 ... count-1.
   * @param options `random` draws one of each picture's crops; without it the plain centre crop is given.
   * @returns `[B, L]` indices, row-major, and `[B]` labels.
   * @throws DataError when a file is damaged.
   */
  read(
    pictures: ArrayLike<number>,
    options?: { readonly random?: Random },
  ): Promise<{ readonly indices: Int32Array; readonly labels: Int32Array }>;
}

/** Where the files of a picture lie. */
export function codePaths(folder: string, { data, size }: CodeManifest, index: number): CodePaths {
  const place = (kind: string): string => join(folder, `${data}${size}_${kind}`, `${index}.npy`);
  return { codes: place('codes'), label: place('labels') };
}

/** Whether both files of a picture are there and whole. */
export async function hasPictureCodes(paths: CodePaths, manifest: CodeManifest): Promise<boolean> {
  try {
    await readChecked(paths, manifest);
    return true;
  } catch (error) {
    if (error instanceof DataError) {
      return false;
    }
    throw error;
  }
}

/**
 * Opens a folder of codes made by `restok extract`; files are read when asked for.
 *
 * @throws DataError when the folder is missing or codes of some pictures are.
 */
export async function openCodeFolder(folder: string): Promise<CodeDataset> {
  const manifest = await readCodeManifest(folder);
  if (manifest === undefined) {
    throw new DataError(
      `openCodeFolder: ${folder} holds no codes.json. Make it with restok extract and pass its train or test folder.`,
    );
  }
  await checkComplete(folder, manifest);
  const { count, numLatents, codebookSize, classNames, crops } = manifest;
  const { numCrops, plainCrop } = extractionMethods[crops];
  return {
    ...{ manifest, count, numLatents, codebookSize, classNames },
    read: async (pictures, { random } = {}) => {
      const indices = new Int32Array(pictures.length * numLatents);
      const labels = new Int32Array(pictures.length);
      const chosen = Array.from(pictures, (picture) => checkIndex('openCodeFolder', picture, count));
      const crops = chosen.map(() => random?.integer(numCrops) ?? plainCrop);
      const files = await Promise.all(
        chosen.map((picture) => readChecked(codePaths(folder, manifest, picture), manifest)),
      );
      for (const [i, read] of files.entries()) {
        const start = crops[i]! * numLatents;
        indices.set(read.indices.subarray(start, start + numLatents), i * numLatents);
        labels[i] = read.label;
      }
      return { indices, labels };
    },
  };
}

async function readChecked(
  paths: CodePaths,
  { numLatents, codebookSize, crops, classNames }: CodeManifest,
): Promise<PictureCodes & { label: number }> {
  const [codes, label] = await Promise.all([readCodeFile(paths.codes), readLabelFile(paths.label)]);
  const { numCrops } = extractionMethods[crops];
  if (codes.numCrops !== numCrops || codes.numLatents !== numLatents) {
    throw unfit(paths.codes, `indices [${numCrops}, ${numLatents}]`);
  }
  if (codes.indices.some((index) => index >= codebookSize)) {
    throw unfit(paths.codes, `indices below ${codebookSize}`);
  }
  if (label >= classNames.length) {
    throw unfit(paths.label, `a label below ${classNames.length}`);
  }
  return { ...codes, label };
}

async function checkComplete(folder: string, manifest: CodeManifest): Promise<void> {
  const { codes, label } = codePaths(folder, manifest, 0);
  const [codeNames, labelNames] = await Promise.all([codes, label].map(namesBeside));
  const missing: number[] = [];
  for (let index = 0; index < manifest.count; index++) {
    const name = `${index}.npy`;
    if (!codeNames!.has(name) || !labelNames!.has(name)) {
      missing.push(index);
    }
  }
  if (missing.length > 0) {
    throw new DataError(
      `openCodeFolder: ${folder} lacks the codes of ${missing.length} of ${manifest.count} pictures, the first is ${missing[0]}. Run restok extract again, with every shard.`,
      { missing: missing.length },
    );
  }
}

async function namesBeside(path: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(dirname(path)).catch(() => []));
}

function unfit(path: string, expected: string): DataError {
  return new DataError(
    `openCodeFolder: ${path} must hold ${expected}. Delete it and run restok extract again.`,
  );
}
