import { CheckpointError } from '@restok/core';
import { openFolder } from '#folder-source';
import type { ModelSource, SourceOptions } from './model-source';
import { UrlSource } from './url-source';

const WEIGHT_FILE = /\.safetensors(\.index\.json)?$/;

/**
 * Finds where a model lies.
 *
 * @param spec path of a folder or of a weight file in it, or the http(s) URL of either.
 * @returns the source and, where the spec names a weight file, that file.
 * @throws CheckpointError when there is nothing, or the spec looks like a hub id.
 */
export async function openSource(
  spec: string,
  options: SourceOptions = {},
): Promise<{ source: ModelSource; file?: string }> {
  if (/^https?:\/\//.test(spec)) {
    const slash = spec.lastIndexOf('/');
    const last = spec.slice(slash + 1);
    return WEIGHT_FILE.test(last)
      ? { source: new UrlSource(spec.slice(0, slash), options), file: last }
      : { source: new UrlSource(spec, options) };
  }
  const folder = await openFolder(spec);
  if (folder !== undefined) {
    return folder;
  }
  if (/^[\w.-]+\/[\w.-]+$/.test(spec)) {
    throw new CheckpointError(
      `openSource: there is no folder ${spec}, and hub ids cannot be fetched by this version. Pass the https URL of the model's folder.`,
    );
  }
  throw new CheckpointError(`openSource: ${spec} does not exist. Pass a model folder or its https URL.`);
}
