import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** A download of another machine that was not written to for so long is nobody's any more. */
const ABANDONED_MS = 15 * 60_000;

/** Tells machines apart that share a folder. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Files that this process is writing. */
const mine = new Set<string>();

let count = 0;

/**
 * Gives a name beside a blob to which its content may be written, by nobody else: two processes that get the same
 * blob write to two files. What a process has left that is no more is taken over, so that its bytes are not asked for
 * again.
 *
 * @param blob path that the whole file will have.
 * @returns the name, to be given back to `release`.
 */
export async function claimIncomplete(blob: string): Promise<string> {
  const folder = dirname(blob);
  await mkdir(folder, { recursive: true });
  const own = `${blob}.${HOST}-${process.pid}-${count++}.incomplete`;
  mine.add(own);
  const found = await Promise.all(
    (await readdir(folder))
      .filter((name) => name.startsWith(`${basename(blob)}.`))
      .map(async (name) => {
        const path = join(folder, name);
        const bytes = (await isAbandoned(path)) ? await sizeOf(path) : undefined;
        return { path, bytes };
      }),
  );
  const abandoned = found
    .filter((each): each is { path: string; bytes: number } => each.bytes !== undefined)
    .sort((a, b) => b.bytes - a.bytes);
  for (const { path } of abandoned) {
    // Whoever renames it first has it.
    const taken = await rename(path, own).then(
      () => true,
      () => false,
    );
    if (taken) {
      await utimes(own, new Date(), new Date());
      await Promise.all(abandoned.map((each) => rm(each.path, { force: true })));
      break;
    }
  }
  return own;
}

/** Ends the claim; the file, where it is still there, may be taken over. */
export function release(path: string): void {
  mine.delete(path);
}

/** Whether a file is one of these downloads and nobody writes to it. */
async function isAbandoned(path: string): Promise<boolean> {
  const parts = /\.([0-9a-f]{8})-(\d+)-\d+\.incomplete$/.exec(path);
  if (parts === null || mine.has(path)) {
    return false;
  }
  const isHere = parts[1] === HOST;
  const pid = Number(parts[2]);
  if (isHere && (pid === process.pid || !isRunning(pid))) {
    return true;
  }
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, for somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
