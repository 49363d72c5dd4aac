import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TensorToWrite, WriteSafetensorsOptions } from './safetensors-writer';
import { safetensorsPieces } from './safetensors-writer';

/** Everything of a model folder. */
export interface ModelToSave {
  readonly config: unknown;
  readonly tensors: readonly TensorToWrite[];
}

/**
 * Writes a safetensors file tensor by tensor, beside its place, and renames it there when it is complete.
 *
 * @throws CheckpointError for invalid tensors; what the file system throws otherwise. Nothing half-written
 *   stays behind.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partialPath = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partialPath, 'w');
    try {
      for await (const piece of safetensorsPieces(tensors, options)) {
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partialPath, path);
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
}

/** Writes `model.safetensors`, then `config.json`, into a folder; each appears complete or not at all. */
export async function saveModel(
  folder: string,
  model: ModelToSave,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  await writeSafetensors(join(folder, 'model.safetensors'), model.tensors, options);
  const partialPath = join(folder, `config.json.${process.pid}.partial`);
  await writeFile(partialPath, `${JSON.stringify(model.config, null, 2)}\n`);
  await rename(partialPath, join(folder, 'config.json'));
}
