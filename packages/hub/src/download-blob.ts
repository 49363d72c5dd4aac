import type { FileHandle } from 'node:fs/promises';
import { constants, open, rename, rm } from 'node:fs/promises';
import { CheckpointError } from '@restok/core';
import type { HubId } from './hub-id';
import type { HubFile } from './hub-listing';
import type { HubAccess } from './hub-request';
import { headersFor, hubFailure } from './hub-request';
import { claimIncomplete, release } from './incomplete-file';
import { chunksOf } from './response-body';
import { retrying, TransientError } from './retrying';
import { watched } from './time-limit';
import type { Written } from './written-part';
import { nothingWritten, readWritten, writeOn } from './written-part';

/** An attempt that brought so much was a good one, whatever ended it. */
const PROGRESS_BYTES = 2 ** 20;

/** What is downloaded, and where to. */
export interface BlobDownload {
  readonly file: HubFile;
  readonly model: HubId;
  readonly access: HubAccess;
  readonly address: string;
  /** Path of the whole file. */
  readonly blob: string;
  /** Told of bytes that are there now; fewer than none when a download starts again. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Downloads the content of a file beside its place, checks it, and moves it there. A download that was cut off, even
 * by the end of its process, goes on where it stopped.
 *
 * @throws CheckpointError when the server fails for good, the checksum is another one, or the disk refuses. What was
 *   downloaded stays for the next time, unless it is wrong.
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { file, blob, onBytes } = download;
  let path = blob;
  let resumed = false;
  try {
    path = await claimIncomplete(blob);
    for (;;) {
      const { bytes, digest } = await fill(path, download, (count) => {
        resumed ||= count > 0;
      });
      if (digest === file.checksum) {
        await rename(path, blob);
        return;
      }
      await rm(path, { force: true });
      onBytes?.(-bytes);
      if (!resumed) {
        throw new CheckpointError(
          `openHub: ${file.path} of ${download.model.name} has the checksum ${digest}, expected ${file.checksum}. It was dropped; try again, and do not use this hub if it stays so.`,
          { expected: file.checksum, actual: digest },
        );
      }
      // What was left of an earlier download may have been wrong.
      resumed = false;
    }
  } catch (error) {
    throw diskError(error, path);
  } finally {
    release(path);
  }
}

/** Brings a file to its full length, whatever of it is there. */
async function fill(
  path: string,
  { file, model, access, address, onBytes }: BlobDownload,
  onResume: (bytes: number) => void,
): Promise<{ bytes: number; digest: string }> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    const written = await readWritten(handle, path, file);
    onResume(written.bytes);
    onBytes?.(written.bytes);
    while (written.bytes < file.bytes) {
      await retrying(address, access.signal, () =>
        watched(access.timeLimit, access.signal, async (watch) => {
          const response = await fetch(address, {
            headers: {
              ...headersFor(address, access),
              'Accept-Encoding': 'identity',
              ...(written.bytes > 0 && { Range: `bytes=${written.bytes}-` }),
            },
            signal: watch.signal,
          });
          if (!response.ok) {
            throw await hubFailure(response, model, access);
          }
          if (!continues(response, written.bytes, file.bytes)) {
            // The server ignores ranges: from the start.
            onBytes?.(-written.bytes);
            await handle.truncate(0);
            Object.assign(written, nothingWritten(file));
          }
          await append(handle, response, { file, written, onBytes, onArrival: watch.onBytes });
        }),
      );
    }
    await handle.sync();
    return { bytes: written.bytes, digest: written.hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

async function append(
  handle: FileHandle,
  response: Response,
  {
    file,
    written,
    onBytes,
    onArrival,
  }: {
    readonly file: HubFile;
    readonly written: Written;
    readonly onBytes?: (count: number) => void;
    readonly onArrival: (count: number) => void;
  },
): Promise<void> {
  const start = written.bytes;
  try {
    for await (const chunk of chunksOf(response)) {
      if (written.bytes + chunk.length > file.bytes) {
        throw new CheckpointError(
          `openHub: ${file.path} is longer than the ${file.bytes} bytes it should have. Try again later.`,
        );
      }
      await writeOn(handle, written, chunk);
      onArrival(chunk.length);
      onBytes?.(chunk.length);
    }
  } catch (error) {
    if (error instanceof CheckpointError || isSystemError(error)) {
      throw error;
    }
    throw new TransientError(
      error instanceof Error ? error.message : String(error),
      { progressed: written.bytes - start >= PROGRESS_BYTES },
      { cause: error instanceof Error ? (error.cause ?? error) : error },
    );
  }
  if (written.bytes < file.bytes) {
    throw new TransientError(`it gave ${written.bytes} of ${file.bytes} bytes`, {
      progressed: written.bytes - start >= PROGRESS_BYTES,
    });
  }
}

/** Whether a body begins where the file ends. */
function continues(response: Response, position: number, total: number): boolean {
  if (response.status !== 206) {
    return position === 0;
  }
  const range = response.headers.get('content-range') ?? '';
  if (range !== `bytes ${position}-${total - 1}/${total}`) {
    throw new TransientError(`it gave "${range}" instead of bytes ${position}-${total - 1}/${total}`);
  }
  return true;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error
    ? true
    : error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EIO');
}

function diskError(error: unknown, path: string): unknown {
  return isSystemError(error)
    ? new CheckpointError(
        `openHub: ${path} cannot be written (${error.message}). Make room on the disk, or set HF_HUB_CACHE to another folder.`,
        { cause: error },
      )
    : error;
}
