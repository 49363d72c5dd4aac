import { CheckpointError } from '@restok/core';
import type { HubId } from './hub-id';
import { isCommit } from './hub-id';
import { quoteName } from './quote-name';
import { checkRelativePath } from './relative-path';

/** How the bytes of a file are checked: its name in the cache is that checksum. */
export type ChecksumKind = 'sha256' | 'git-sha1';

/** A file of a model on a hub. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal digits: SHA-256 of large files, what git calls the blob of small ones. */
  readonly checksum: string;
  readonly checksumKind: ChecksumKind;
}

/** The files of one commit. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** Bytes of files together. */
export function totalBytes(files: readonly HubFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

/** A file as a hub describes it, not yet believed. */
export interface ListedFile {
  readonly path?: unknown;
  readonly size?: unknown;
  /** The git blob of a small file, or of the note that stands for a large one. */
  readonly oid?: unknown;
  /** Of a large file. */
  readonly sha256?: unknown;
}

/** Asks a hub for the commit of a revision and the files of it. */
export type HubLister = (model: HubId) => Promise<{ commit: unknown; files: readonly ListedFile[] }>;

const SHA1 = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Checks what a hub says of a model before anything of it becomes a path or a size.
 *
 * @param place what errors call the model.
 * @throws CheckpointError for a name that leaves the model's folder, and for what is no commit, size or checksum.
 */
export function checkListing({ commit, files }: Awaited<ReturnType<HubLister>>, place: string): HubListing {
  if (typeof commit !== 'string' || !isCommit(commit)) {
    throw untrusted(place, `the commit ${quoteName(String(commit))}`);
  }
  const seen = new Set<string>();
  return {
    commit,
    files: files.map((file) => {
      const checked = checkFile(file, place);
      if (seen.has(checked.path)) {
        throw untrusted(place, `the name ${quoteName(checked.path)} twice`);
      }
      seen.add(checked.path);
      return checked;
    }),
  };
}

function checkFile({ path, size, oid, sha256 }: ListedFile, place: string): HubFile {
  if (typeof path !== 'string') {
    throw untrusted(place, `the name ${quoteName(String(path))}`);
  }
  checkRelativePath(path, place);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw untrusted(place, `the size ${quoteName(String(size))} of ${quoteName(path)}`);
  }
  const isLarge = sha256 !== undefined;
  const checksum = isLarge ? sha256 : oid;
  if (typeof checksum !== 'string' || !(isLarge ? SHA256 : SHA1).test(checksum)) {
    throw untrusted(place, `the checksum ${quoteName(String(checksum))} of ${quoteName(path)}`);
  }
  return { path, bytes: size, checksum, checksumKind: isLarge ? 'sha256' : 'git-sha1' };
}

function untrusted(place: string, what: string): CheckpointError {
  return new CheckpointError(`openHub: ${place} is listed with ${what}. Do not use this hub.`);
}
