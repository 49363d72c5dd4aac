import { CheckpointError } from '@restok/core';
import { openFolder } from './open-folder';
import type { ModelSource, SourceOptions } from './model-source';
import { cached, listHub, prepareHub, pullModel } from './pull-model';
import { UnreachableError } from './retrying';
import { UrlSource } from './url-source';

/**
 * The files of a model of a hub: in the cache, where they are brought first, or on the hub itself.
 *
 * @param id `owner/name` or `owner/name@revision`.
 * @throws CheckpointError as `pullModel`, with a hint that no folder of this name was found.
 */
export async function openHub(id: string, options: SourceOptions = {}): Promise<ModelSource> {
  try {
    return await (options.access === 'ranges' ? openRanges(id, options) : openPulled(id, options));
  } catch (error) {
    if (error instanceof CheckpointError) {
      throw new CheckpointError(
        `${error.message} (No folder ${id} is here, so it is looked for on the hub.)`,
        {
          ...error.details,
        },
      );
    }
    throw error;
  }
}

async function openPulled(id: string, options: SourceOptions): Promise<ModelSource> {
  const { folder } = await pullModel(id, options);
  return folderSource(folder);
}

/** Reads headers without a download. */
async function openRanges(id: string, options: SourceOptions): Promise<ModelSource> {
  const { model, settings, cache } = await prepareHub(id, options);
  const known = await cache.whole(await cache.commitOf(model.revision));
  if (settings.offline) {
    return folderSource((await cached(model, cache, known, 'HF_HUB_OFFLINE is set')).folder);
  }
  try {
    const { commit } = await listHub(model, settings);
    const whole = await cache.whole(commit);
    if (whole !== undefined) {
      return await folderSource(whole);
    }
    const { endpoint, headers, signal, timeLimit } = settings.access;
    return new UrlSource(`${endpoint}/${model.name}/resolve/${commit}`, { headers, signal, timeLimit });
  } catch (error) {
    if (error instanceof UnreachableError && known !== undefined) {
      return folderSource(known);
    }
    throw error;
  }
}

async function folderSource(folder: string): Promise<ModelSource> {
  return (await openFolder(folder))!.source;
}
