import { readFile, stat } from 'node:fs/promises';
import { DataError } from '@restok/core/errors';

export interface WholeFileOptions {
  /** What errors call the function that was asked to read. */
  readonly caller: string;
  readonly maxBytes: number;
  /** What to pass instead of a folder. */
  readonly wanted: string;
}

/**
 * Reads a whole file after looking at its size.
 *
 * @throws DataError when it is missing, no file, empty, too large or may not be read.
 */
export async function readWholeFile(path: string, options: WholeFileOptions): Promise<Uint8Array> {
  const { caller, maxBytes, wanted } = options;
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size === 0) {
      throw new DataError(`${caller}: ${path} must be a file with content. Pass ${wanted}.`);
    }
    if (found.size > maxBytes) {
      throw new DataError(
        `${caller}: ${path} has ${found.size} bytes, more than the ${maxBytes} that are read. Make it smaller first.`,
        { bytes: found.size },
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof DataError) {
      throw error;
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new DataError(`${caller}: ${path} does not exist. Check the path.`)
      : new DataError(`${caller}: ${path} cannot be read (${problemOf(error)}). Check the path.`);
  }
}

/** The first line of what went wrong. */
export function problemOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
