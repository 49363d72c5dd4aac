import { CheckpointError } from '@restok/core';
import type { DownloadProgress, NamedFile } from '../engine/engine-api';

/** Where downloaded weights stay, so that the page works offline and never asks twice. */
const CACHE = 'restok-models-1';

/** Told how far a download is. */
export type OnProgress = (progress: DownloadProgress) => void;

const FILES = ['config.json', 'model.safetensors'];

type OnBytes = (bytes: number, total: number) => void;

class MissingFileError extends CheckpointError {}

/**
 * The files of a model folder behind an address, from the browser's store where they are there already.
 *
 * @param address of the folder.
 * @param onProgress called as bytes arrive.
 * @throws CheckpointError naming the file that could not be had.
 */
export async function downloadFolder(address: string, onProgress: OnProgress): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for (const path of FILES) {
    const url = fileAddress(address, path);
    files.push({
      path,
      blob: await downloadFile(url, (bytes, totalBytes) => onProgress({ what: path, bytes, totalBytes })),
    });
  }
  return files;
}

/** The address of a file of a folder; a query goes with it. */
export function fileAddress(folder: string, path: string): string {
  const url = new URL(folder);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}

/** A file, from the browser's store where it is there already; undefined where the server has none. */
export async function downloadIfThere(url: string, onBytes: OnBytes): Promise<Blob | undefined> {
  try {
    return await downloadFile(url, onBytes);
  } catch (error) {
    if (error instanceof MissingFileError) {
      return undefined;
    }
    throw error;
  }
}

async function downloadFile(url: string, onBytes: OnBytes): Promise<Blob> {
  const store = await openStore();
  const known = await store?.match(url);
  if (known !== undefined) {
    const blob = await known.blob();
    onBytes(blob.size, blob.size);
    return blob;
  }
  const response = await fetch(url).catch((error: unknown) => {
    throw new CheckpointError(
      `download: ${url} cannot be reached (${error instanceof Error ? error.message : String(error)}). Check the address, the connection, and that the server allows this page (CORS).`,
    );
  });
  if (response.status === 404) {
    throw new MissingFileError(`download: ${url} answered 404. Check the address.`);
  }
  if (!response.ok || response.body === null) {
    throw new CheckpointError(`download: ${url} answered ${response.status}. Check the address.`);
  }
  const blob = await readCounting(response, url, onBytes);
  // A full disk must not keep the model from running.
  await store
    ?.put(url, new Response(blob, { headers: { 'content-length': String(blob.size) } }))
    .catch(() => undefined);
  return blob;
}

async function readCounting(response: Response, url: string, onBytes: OnBytes): Promise<Blob> {
  const total = Number(response.headers.get('content-length') ?? 0);
  const isPacked = response.headers.has('content-encoding');
  const reader = response.body!.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    bytes += read.value.length;
    onBytes(bytes, Math.max(total, bytes));
  }
  if (total > 0 && bytes < total && !isPacked) {
    throw new CheckpointError(`download: ${url} ended after ${bytes} of ${total} bytes. Try again.`);
  }
  return new Blob(parts);
}

/** Undefined where the browser gives none, as in some private windows. */
async function openStore(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
}
