import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '@restok/core';
import { downloadBlob } from './download-blob';
import { HubCache, shardsIn } from './hub-cache';
import type { HubId } from './hub-id';
import { isCommit, parseHubId } from './hub-id';
import { hubLister } from './list-model';
import type { HubFile, HubListing } from './hub-listing';
import { checkListing, totalBytes } from './hub-listing';
import { fileAddress } from './hub-request';
import type { HubSettings } from './hub-settings';
import { hubSettings } from './hub-settings';
import { inParallel, PARALLEL } from './in-parallel';
import { modelFiles, withShards } from './model-files';
import type { SourceOptions } from './model-source';
import { UnreachableError } from './retrying';

/** What a pull is going to do. */
export interface PullPlan {
  /** `owner/name`. */
  readonly model: string;
  readonly commit: string;
  readonly files: number;
  /** Of all files. */
  readonly bytes: number;
  /** Of those that are not in the cache. */
  readonly missingBytes: number;
  /** Folder of the files in the cache. */
  readonly folder: string;
}

export interface PullOptions extends SourceOptions {
  /** Told what will be downloaded, before it is. */
  readonly onPlan?: (plan: PullPlan) => void;
}

/** A model in the cache. */
export interface PulledModel extends PullPlan {
  /** The hub was not asked, or did not answer: the files are those of an earlier pull. */
  readonly fromCache: boolean;
}

/**
 * Brings the files of a model of a hub into the cache that is shared with Python's huggingface_hub, and says where
 * they are. With HF_HUB_OFFLINE, or when nobody answers, an earlier pull is used; a whole commit that is there is not
 * asked for.
 *
 * @param id `owner/name` or `owner/name@revision`.
 * @throws CheckpointError when there is no such model, it may not be read, its files are not what they should be, or
 *   the hub cannot be reached and the cache holds nothing of it.
 */
export async function pullModel(id: string, options: PullOptions = {}): Promise<PulledModel> {
  const { model, settings, cache } = await prepareHub(id, options);
  const known = await cache.whole(await cache.commitOf(model.revision));
  if (settings.offline || (known !== undefined && isCommit(model.revision))) {
    return cached(model, cache, known, 'HF_HUB_OFFLINE is set');
  }
  let listing: HubListing;
  try {
    listing = await listHub(model, settings);
  } catch (error) {
    if (error instanceof UnreachableError && known !== undefined) {
      return cached(model, cache, known, error.message);
    }
    throw error;
  }
  return download({ model, settings, cache, listing, options });
}

/** What a hub says of a model, checked. */
export async function listHub(model: HubId, { access }: HubSettings): Promise<HubListing> {
  return checkListing(await hubLister(access)(model), model.name);
}

/** Reads the id and the environment. */
export async function prepareHub(
  id: string,
  options: SourceOptions,
): Promise<{ model: HubId; settings: HubSettings; cache: HubCache }> {
  const model = parseHubId(id, options.revision);
  if (model === undefined) {
    throw new CheckpointError(
      `pullModel: id must be owner/name or owner/name@revision, got ${id}. Name a model of the hub.`,
    );
  }
  const settings = await hubSettings(options);
  return { model, settings, cache: new HubCache(settings.cache, model.name) };
}

/** @throws CheckpointError when there is no earlier pull. */
export async function cached(
  { name, revision }: HubId,
  cache: HubCache,
  folder: string | undefined,
  why: string,
): Promise<PulledModel> {
  const commit = await cache.commitOf(revision);
  if (folder === undefined || commit === undefined) {
    throw new CheckpointError(
      `openHub: ${name} at ${revision} is not in the cache ${cache.folder}, and it cannot be fetched: ${why}. Pull it while there is a network.`,
    );
  }
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size),
  );
  const bytes = sizes.reduce((total, size) => total + size, 0);
  return { model: name, commit, files: sizes.length, bytes, missingBytes: 0, folder, fromCache: true };
}

async function download({
  model,
  settings,
  cache,
  listing,
  options,
}: {
  readonly model: HubId;
  readonly settings: HubSettings;
  readonly cache: HubCache;
  readonly listing: HubListing;
  readonly options: PullOptions;
}): Promise<PulledModel> {
  const { commit } = listing;
  const folder = cache.snapshot(commit);
  const get = async (file: HubFile, onBytes?: (count: number) => void): Promise<void> => {
    if (!(await cache.hasBlob(file))) {
      const address = fileAddress(settings.access, model.name, commit, file.path);
      await downloadBlob({ file, model, access: settings.access, address, blob: cache.blob(file), onBytes });
    } else {
      onBytes?.(file.bytes);
    }
    await cache.place(commit, file);
  };
  const chosen = modelFiles(listing, model.name);
  if (chosen.index !== undefined && !(await cache.has(commit, chosen.index))) {
    await get(chosen.index);
  }
  const files =
    chosen.index === undefined
      ? chosen.files
      : withShards(chosen, listing, await shardsIn(folder), model.name);
  const missing: HubFile[] = [];
  let missingBytes = 0;
  for (const file of files) {
    if (!(await cache.has(commit, file))) {
      missing.push(file);
      missingBytes += (await cache.hasBlob(file)) ? 0 : file.bytes;
    }
  }
  const bytes = totalBytes(files);
  const plan = { model: model.name, commit, files: files.length, bytes, missingBytes, folder };
  options.onPlan?.(plan);
  await checkRoom(settings.cache, missingBytes);
  let done = bytes - totalBytes(missing);
  const report = (count: number): void => {
    done += count;
    options.onDownload?.({ done, total: bytes });
  };
  report(0);
  const largestFirst = [...missing].sort((a, b) => b.bytes - a.bytes);
  await inParallel(largestFirst, PARALLEL, settings.access.signal, (file) => get(file, report));
  await cache.setCommit(model.revision, commit);
  return { ...plan, fromCache: false };
}

/** @throws CheckpointError when the disk has too little room; where it does not tell, the download will. */
async function checkRoom(cache: string, bytes: number): Promise<void> {
  await mkdir(cache, { recursive: true });
  const found = await statfs(cache).catch(() => undefined);
  const room = found === undefined ? Infinity : found.bavail * found.bsize;
  if (bytes > room) {
    throw new CheckpointError(
      `openHub: ${cache} has room for ${room} bytes, and ${bytes} are to be downloaded. Make room, or set HF_HUB_CACHE to another folder.`,
    );
  }
}
