import { lstat, readlink, stat } from 'node:fs/promises';

/** Where links such as /dev/stdout lead. */
const OF_PROCESSES = '/proc/';

/**
 * Whether a path is that of a device, a pipe or a socket, or a link to one: a file that is written beside it and renamed
 * would take its place, for all programs of the machine.
 */
export async function isSpecialFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() === true && (await readlink(path)).startsWith(OF_PROCESSES)) {
    return true;
  }
  const target = await stat(path).catch(() => undefined);
  return target !== undefined && !target.isFile() && !target.isDirectory();
}
