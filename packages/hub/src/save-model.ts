import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '@restok/core';
import type { TensorToWrite, WriteSafetensorsOptions } from './safetensors-writer';
import { safetensorsPieces } from './safetensors-writer';
import { writeTogether } from './write-together';

/** Everything of a model folder. */
export interface ModelToSave {
  readonly config: unknown;
  readonly tensors: readonly TensorToWrite[];
}

/**
 * Writes a safetensors file tensor by tensor, beside its place, and renames it there when it is complete.
 *
 * @throws CheckpointError for invalid tensors and when the file system refuses; whatever `values` throws. Nothing
 *   half-written stays behind.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  await writeTogether('writeSafetensors', [{ path, pieces: safetensorsPieces(tensors, options) }]);
}

/**
 * Writes `model.safetensors` and `config.json` into a folder. The old files stay until both new ones are complete.
 * Beside the same config the weights are exchanged in one step. Otherwise a kill in the moment of the exchange leaves
 * no `config.json`: such a folder does not open, where new weights with the old config would give wrong numbers.
 *
 * @throws what {@link writeSafetensors} throws; CheckpointError when the config is not JSON-safe.
 */
export async function saveModel(
  folder: string,
  model: ModelToSave,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const config = configText(model.config, folder);
  const configPath = join(folder, 'config.json');
  const weights = {
    path: join(folder, 'model.safetensors'),
    pieces: safetensorsPieces(model.tensors, options),
  };
  const present = await readFile(configPath, 'utf8').catch(() => undefined);
  await writeTogether(
    'saveModel',
    present === config
      ? [weights]
      : [weights, { path: configPath, pieces: [new TextEncoder().encode(config)] }],
  );
}

function configText(config: unknown, folder: string): string {
  let text: string | undefined;
  let problem = 'it is none of the values that JSON knows';
  try {
    text = JSON.stringify(config, null, 2);
  } catch (error) {
    problem = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
  if (text === undefined) {
    throw new CheckpointError(
      `saveModel: the config for ${folder} cannot be written as JSON: ${problem}. Pass plain values.`,
    );
  }
  return `${text}\n`;
}
