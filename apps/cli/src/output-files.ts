import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataError } from '@restok/core';
import type { Picture } from '@restok/data';
import { isSpecialFile, writePng } from '@restok/data';
import { stoppable } from './stop-signals';
import { UsageError } from './usage-error';

/** Endings that promise another format than the PNG that is written. */
const OTHER_PICTURE = /\.(jpe?g|webp|gif|bmp|tiff?|avif)$/i;

/**
 * Checks where files will go, before anything is computed: nobody's input is overwritten, no two files have the
 * same place, none takes the place of a device, and every place can be written to.
 *
 * @throws UsageError for the first two, DataError for the third, the file system's error for the last.
 */
export async function checkOutputs(outputs: readonly string[], inputs: readonly string[]): Promise<void> {
  const inputIdentities = new Set(await Promise.all(inputs.map(identity)));
  const places = new Set<string>();
  for (const output of outputs) {
    const found = await identity(output);
    if (found !== undefined && inputIdentities.has(found)) {
      throw new UsageError(`restok: ${output} would overwrite an input. Choose another place to write to.`);
    }
    if (places.has(resolve(output))) {
      throw new UsageError(`restok: ${output} would be written twice. Choose different places.`);
    }
    places.add(resolve(output));
  }
  for (const output of outputs) {
    if (await isSpecialFile(output)) {
      throw new DataError(`restok: cannot use ${output}: it is a device or a pipe. Name a file.`);
    }
    if ((await stat(output).catch(() => undefined))?.isDirectory() === true) {
      throw systemError('EISDIR', output);
    }
  }
  await Promise.all([...new Set(outputs.map((output) => dirname(resolve(output))))].map(checkFolder));
}

/** Refuses the name of a PNG that promises another format. */
export function checkPngName(path: string): void {
  if (OTHER_PICTURE.test(path)) {
    throw new UsageError(`restok: ${path} must end in .png, the format that is written. Rename it.`);
  }
}

/** Writes a PNG that no signal can cut off. */
export function writePngWhole(path: string, picture: Picture): Promise<void> {
  return writePngsWhole([[path, picture]]);
}

/** Writes PNGs, none of which a signal can cut off; after one no other is begun. */
export function writePngsWhole(
  pictures: readonly (readonly [path: string, picture: Picture])[],
): Promise<void> {
  return stoppable(
    async (signal) => {
      for (const [path, picture] of pictures) {
        if (signal.aborted) {
          return;
        }
        await writePng(path, picture);
      }
    },
    { folder: pictures.map(([path]) => dirname(path)) },
  );
}

/** Tells files apart whatever their path. */
async function identity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/** The nearest folder that exists must be one, and writable. */
async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    const parent = dirname(folder);
    return parent === folder ? undefined : checkFolder(parent);
  }
  if (!found.isDirectory()) {
    throw systemError('ENOTDIR', folder);
  }
  await access(folder, constants.W_OK);
}

function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
