import { accessSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory, on Linux. */
const SHARED_MEMORY = '/dev/shm';
/** Room that must be free there, in parts of what is needed: others use it too. */
const ROOM = 2;

/** Containers may share a folder but not their process numbers, so the name holds both host and process. */
const PREFIX = `restok-trainer-${hostname()}-`;

/** A private temporary folder through which processes of one run hand values to each other. */
export class ExchangeFolder {
  private readonly removeAtExit = (): void => remove(this.path);

  private constructor(readonly path: string) {
    process.on('exit', this.removeAtExit);
  }

  /**
   * Makes a folder, in memory where there is room for it.
   *
   * @param bytes how much it will hold.
   * @param candidates folders to make it in, best first; the last one serves whatever its state.
   */
  static create(bytes: number, candidates: readonly string[] = exchangePlaces()): ExchangeFolder {
    const place = candidates.find((folder) => hasRoom(folder, ROOM * bytes)) ?? candidates.at(-1)!;
    return new ExchangeFolder(mkdtempSync(join(place, `${PREFIX}${process.pid}-`)));
  }

  remove(): void {
    process.off('exit', this.removeAtExit);
    remove(this.path);
  }
}

/** Where exchange folders may lie. */
export function exchangePlaces(): string[] {
  return [SHARED_MEMORY, tmpdir()];
}

/** Removes the folders of processes that were killed before they could. */
export function removeStaleFolders(places: readonly string[] = exchangePlaces()): void {
  for (const place of places) {
    for (const name of namesIn(place)) {
      const owner = name.startsWith(PREFIX) ? /^(\d+)-\w+$/.exec(name.slice(PREFIX.length)) : null;
      if (owner !== null && !isAlive(Number(owner[1]))) {
        remove(join(place, name));
      }
    }
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Another user's, or still open on Windows: the next start tries again.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hasRoom(folder: string, bytes: number): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= bytes;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
