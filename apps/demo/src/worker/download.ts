import { CheckpointError } from '@restok/core';
import type { FileVersion } from './file-version';
import { versionOf } from './file-version';

/** Told how much of a file is there, and how much it will be as far as that is known. */
export type OnBytes = (bytes: number, total: number) => void;

/** A file as a server gave it. */
export interface DownloadedFile {
  readonly blob: Blob;
  readonly version: FileVersion;
}

/**
 * Downloads a file whole.
 *
 * @returns undefined where the server has none of that name.
 * @throws CheckpointError naming the file that could not be had, or the signal's reason.
 */
export async function downloadFile(
  url: string,
  onBytes: OnBytes,
  signal?: AbortSignal,
): Promise<DownloadedFile | undefined> {
  const response = await fetch(url, { cache: 'no-cache', signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new CheckpointError(
      `download: ${url} cannot be reached (${messageOf(error)}). Check the address, the connection, and that the server allows this page (CORS).`,
    );
  });
  if (response.status === 404 || response.status === 410) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok || response.body === null) {
    throw new CheckpointError(`download: ${url} answered ${response.status}. Check the address.`);
  }
  const blob = await readCounting(response, url, onBytes, signal);
  return { blob, version: { ...versionOf(response), bytes: blob.size } };
}

async function readCounting(
  response: Response,
  url: string,
  onBytes: OnBytes,
  signal: AbortSignal | undefined,
): Promise<Blob> {
  const total = response.headers.has('content-encoding')
    ? 0
    : Number(response.headers.get('content-length') ?? 0);
  const reader = response.body!.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const cutOff = (why: string): CheckpointError =>
    new CheckpointError(
      `download: ${url} was cut off after ${bytes} ${total > 0 ? `of ${total} ` : ''}bytes${why}. Try again.`,
    );
  for (;;) {
    const read = await reader.read().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw cutOff(` (${messageOf(error)})`);
    });
    if (read.done) {
      break;
    }
    parts.push(read.value);
    bytes += read.value.length;
    onBytes(bytes, Math.max(total, bytes));
  }
  if (bytes < total) {
    throw cutOff('');
  }
  return new Blob(parts);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
