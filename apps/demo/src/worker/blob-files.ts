import { CheckpointError, parseConfigText } from '@restok/core';
import type { WeightReader } from '@restok/core';
import type { ModelSource } from '@restok/hub';
import { openSafetensors, openShardedSafetensors } from '@restok/hub';
import type { NamedFile } from '../engine/engine-api';
import { blobPart } from './blob-part';

/** A model whose files are in memory or on the visitor's disk, opened: weights are read when asked for. */
export interface OpenedFiles {
  readonly config: unknown;
  readonly weights: WeightReader;
}

const CONFIG = /^config\.(json|ya?ml)$/;
const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Opens a model folder from its files, wherever below a common folder they lie.
 *
 * @throws CheckpointError or ConfigError in one line when something is missing or malformed.
 */
export async function openFiles(given: readonly NamedFile[]): Promise<OpenedFiles> {
  const files = filesOfModel(given);
  const configName = [...files.keys()].find((name) => CONFIG.test(name));
  if (configName === undefined) {
    throw new CheckpointError(
      'openFiles: the folder must hold config.json, got none. Drop the whole folder of a model, or its zip.',
    );
  }
  const config = parseConfigText(await files.get(configName)!.text(), configName);
  const source = sourceOf(files);
  if (files.has(WEIGHTS)) {
    return { config, weights: await openSafetensors(source, WEIGHTS) };
  }
  if (files.has(INDEX)) {
    return { config, weights: await openShardedSafetensors(source, INDEX) };
  }
  const pickle = [...files.keys()].find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  throw new CheckpointError(
    pickle === undefined
      ? `openFiles: the folder must hold ${WEIGHTS}, got ${[...files.keys()].join(', ')}. Drop the whole folder of a model.`
      : `openFiles: the weights must be ${WEIGHTS}, got ${pickle}, a pickle, which could run code. Convert it with Python's safetensors.`,
  );
}

/** The files of a model by their names, wherever below a common folder they lie. */
export function filesOfModel(given: readonly NamedFile[]): ReadonlyMap<string, Blob> {
  return new Map(modelFolder(given).map(({ path, blob }) => [path.slice(path.lastIndexOf('/') + 1), blob]));
}

/** The files beside the first config, so that a folder of folders gives one model. */
function modelFolder(files: readonly NamedFile[]): readonly NamedFile[] {
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
  const config = files.find(({ path }) => CONFIG.test(path.slice(folderOf(path).length)));
  return config === undefined ? files : files.filter(({ path }) => folderOf(path) === folderOf(config.path));
}

function sourceOf(files: ReadonlyMap<string, Blob>): ModelSource {
  return {
    description: 'the model',
    size: (path) => Promise.resolve(files.get(path)?.size),
    read: (path, start, end) => blobPart(files.get(path), path, start, end),
    close: () => Promise.resolve(),
  };
}
