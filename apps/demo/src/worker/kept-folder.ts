import { CheckpointError } from '@restok/core';
import type { FileVersion } from './file-version';
import { differ, versionOf } from './file-version';

/** Where downloaded weights stay, so that the page works offline and downloads nothing twice. */
const CACHE = 'restok-models-1';
/** Which files of a folder are kept, beside them; what it does not name is not there. */
const LIST = 'kept-files.json';
/** A server that takes longer to say whether a file changed counts as unreachable. */
const MOST_WAIT_MS = 5000;

/** What an answer to "has it changed?" can be. */
type Answer = 'same' | 'changed' | 'unreachable';

/**
 * The kept files of a model folder behind an address. All of them are of one version: they are compared with those of
 * the server when the folder is opened, and forgotten together when one has changed.
 */
export class KeptFolder {
  private constructor(
    private readonly address: string,
    private readonly cache: Cache | undefined,
    private readonly versions: Map<string, FileVersion>,
    private readonly signal: AbortSignal | undefined,
    /** The server did not say whether the kept files are still its own, so nothing may be added to them. */
    readonly isOffline: boolean,
  ) {}

  /** Opens the store; of each kept file the server is asked for its version, and for none of its bytes. */
  static async open(address: string, signal?: AbortSignal): Promise<KeptFolder> {
    const cache = await openCache();
    const list = await cache?.match(fileAddress(address, LIST));
    const versions = new Map(
      list === undefined ? [] : Object.entries((await list.json()) as Record<string, FileVersion>),
    );
    const answer = await compare(address, versions, signal);
    const folder = new KeptFolder(address, cache, versions, signal, answer === 'unreachable');
    if (answer === 'changed') {
      await folder.forget();
    }
    return folder;
  }

  /** A file, if it is kept. */
  async find(path: string): Promise<Blob | undefined> {
    const known = this.versions.has(path) ? await this.cache?.match(this.addressOf(path)) : undefined;
    return known?.blob();
  }

  /** @returns whether there was room. */
  async keep(path: string, blob: Blob, version: FileVersion): Promise<boolean> {
    try {
      await this.cache?.put(this.addressOf(path), new Response(blob));
      this.versions.set(path, version);
      await this.cache?.put(this.addressOf(LIST), Response.json(Object.fromEntries(this.versions)));
      return this.cache !== undefined;
    } catch {
      // A full disk must not keep the model from running.
      this.versions.delete(path);
      return false;
    }
  }

  /**
   * Looks again once files have been added.
   *
   * @throws CheckpointError when the server has other ones by now: those that were downloaded may be of two versions.
   */
  async confirm(): Promise<void> {
    if ((await compare(this.address, this.versions, this.signal)) === 'changed') {
      await this.forget();
      throw new CheckpointError(
        `download: ${this.address} changed while it was downloaded. Load it again to get all of the new version.`,
      );
    }
  }

  /** Forgets all of it. */
  async forget(): Promise<void> {
    // The list goes first: without it nothing counts as kept, whatever happens then.
    await this.cache?.delete(this.addressOf(LIST));
    for (const path of this.versions.keys()) {
      await this.cache?.delete(this.addressOf(path));
    }
    this.versions.clear();
  }

  private addressOf(path: string): string {
    return fileAddress(this.address, path);
  }
}

/** The address of a file of a folder; a query goes with it. */
export function fileAddress(folder: string, path: string): string {
  const url = new URL(folder);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}

async function compare(
  address: string,
  versions: ReadonlyMap<string, FileVersion>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const ask = async ([path, known]: [string, FileVersion]): Promise<Answer> => {
    const limit = AbortSignal.timeout(MOST_WAIT_MS);
    const response = await fetch(fileAddress(address, path), {
      method: 'HEAD',
      cache: 'no-cache',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    }).catch(() => undefined);
    signal?.throwIfAborted();
    if (response === undefined || response.status >= 500) {
      return 'unreachable';
    }
    // Some servers do not answer HEAD: then what is kept is good enough.
    const isGone = response.status === 404 || response.status === 410;
    return isGone || (response.ok && differ(known, versionOf(response))) ? 'changed' : 'same';
  };
  const answers = await Promise.all([...versions].map(ask));
  return (
    answers.find((answer) => answer === 'unreachable') ??
    answers.find((answer) => answer === 'changed') ??
    'same'
  );
}

/** Undefined where the browser gives none, as in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
}
