import type { WeightReader } from '@restok/core';
import { CheckpointError, parseConfigText } from '@restok/core';
import type { ModelSource, SourceOptions } from './model-source';
import { openSource } from './open-source';
import { openSafetensors } from './safetensors-reader';
import { openShardedSafetensors } from './sharded-reader';

export type OpenModelOptions = SourceOptions;

/** A model folder, opened: nothing but the config and the header of the weights has been read. */
export interface OpenedModel {
  readonly description: string;
  /** The config as parsed; its meaning is checked by the model. */
  readonly config: unknown;
  readonly weights: WeightReader;
  close(): Promise<void>;
}

const CONFIG_FILES = ['config.json', 'config.yaml', 'config.yml'];
const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const PICKLES = ['pytorch_model.bin', 'model.pt', 'model.pth', 'model.ckpt'];
const PICKLE_FILE = /\.(bin|pt|pth|ckpt|pkl)$/i;

/** No config of a model is larger. */
const MAX_CONFIG_BYTES = 4 * 2 ** 20;

/**
 * Opens a model folder: its config and `model.safetensors` or a sharded index.
 *
 * @param spec a folder, a weight file in it, or the http(s) URL of either.
 * @throws CheckpointError in one line when something is missing or malformed. Pickles are never read.
 */
export async function openModel(spec: string, options: OpenModelOptions = {}): Promise<OpenedModel> {
  const { source, file } = await openSource(spec, options);
  return openModelSource(source, file);
}

/**
 * Opens the model folder that a source holds; closing the model closes the source, and so does a failure.
 *
 * @param file the weight file to read; `model.safetensors` or its index when left out.
 * @throws CheckpointError as {@link openModel}.
 */
export async function openModelSource(source: ModelSource, file?: string): Promise<OpenedModel> {
  try {
    const config = await readConfig(source);
    const weights = await openWeights(source, file);
    return { description: source.description, config, weights, close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readConfig(source: ModelSource): Promise<unknown> {
  for (const name of CONFIG_FILES) {
    const size = await source.size(name);
    if (size !== undefined) {
      if (size > MAX_CONFIG_BYTES) {
        throw new CheckpointError(
          `openModel: ${source.description}/${name} is too large for a config. Check the folder.`,
        );
      }
      const bytes = await source.read(name, 0, size);
      return parseConfigText(decodeText(bytes, name, source), `${source.description}/${name}`);
    }
  }
  throw new CheckpointError(
    `openModel: ${source.description} holds no config.json. Pass the folder of a model.`,
  );
}

function decodeText(bytes: Uint8Array, name: string, source: ModelSource): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CheckpointError(
      `openModel: ${source.description}/${name} is not text in UTF-8. Get the file again.`,
    );
  }
}

async function openWeights(source: ModelSource, file: string | undefined): Promise<WeightReader> {
  if (file !== undefined) {
    return openWeightFile(source, file);
  }
  if ((await source.size(WEIGHTS)) !== undefined) {
    return openSafetensors(source, WEIGHTS);
  }
  if ((await source.size(INDEX)) !== undefined) {
    return openShardedSafetensors(source, INDEX);
  }
  for (const pickle of PICKLES) {
    if ((await source.size(pickle)) !== undefined) {
      throw pickleRefused(source, pickle);
    }
  }
  throw new CheckpointError(
    `openModel: ${source.description} holds no ${WEIGHTS}. Pass the folder of a model.`,
  );
}

async function openWeightFile(source: ModelSource, file: string): Promise<WeightReader> {
  if (PICKLE_FILE.test(file)) {
    throw pickleRefused(source, file);
  }
  if (file.endsWith('.index.json')) {
    return openShardedSafetensors(source, file);
  }
  if (!file.endsWith('.safetensors')) {
    throw new CheckpointError(
      `openModel: ${source.description}/${file} is not a weight file. Pass its folder, or a .safetensors file.`,
    );
  }
  return openSafetensors(source, file);
}

function pickleRefused(source: ModelSource, pickle: string): CheckpointError {
  return new CheckpointError(
    `openModel: ${source.description} holds ${pickle}, a pickle, which could run code and is never read. Convert it in Python: safetensors.torch.save_file(torch.load("${pickle}", weights_only=True), "${WEIGHTS}")`,
  );
}
