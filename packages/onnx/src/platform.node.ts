import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '@restok/core';
import type { Hasher, Runtime, SessionFiles } from './platform';
import { runtimeOf } from './platform';

export { basename, dirname, join } from 'node:path';
export { writeTogether } from '@restok/hub/node';

/** SHA-256, as hexadecimal text. */
export function createHasher(): Hasher {
  const hash = createHash('sha256');
  return { update: (piece) => void hash.update(piece), digest: () => hash.digest('hex') };
}

/** ONNX Runtime for this platform, whose one build has every provider. */
export const loadRuntime: (providers: readonly string[]) => Promise<Runtime> = async () =>
  runtimeOf(await import('onnxruntime-node'));

/** What sessions run on here unless they are told otherwise. */
export const defaultProviders: readonly string[] = ['cpu'];

/**
 * A small text file of a folder.
 *
 * @returns undefined where it does not exist.
 */
export async function readText(folder: string, name: string): Promise<string | undefined> {
  refuseAddress(folder);
  return readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      return undefined;
    }
    throw new CheckpointError(
      `loadOnnx: ${join(folder, name)} cannot be read (${error.message}). Check the folder.`,
    );
  });
}

/** Files of a graph: the runtime opens them itself and maps the weights into memory. */
export async function sessionFiles(folder: string, file: string, dataFile: string): Promise<SessionFiles> {
  for (const name of [file, dataFile]) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile() !== true) {
      throw new CheckpointError(
        `loadOnnx: ${join(folder, name)} is missing. Export the model again, or copy all of its files.`,
      );
    }
  }
  return { model: join(folder, file) };
}

function refuseAddress(folder: string): void {
  if (/^https?:/.test(folder)) {
    throw new CheckpointError(
      `loadOnnx: the model must be a folder here, got ${folder}. Fetch its files first; in browsers an address will do.`,
    );
  }
}
