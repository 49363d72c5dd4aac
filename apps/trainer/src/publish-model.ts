import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const WEIGHTS = 'model.safetensors';
const CONFIG = 'config.json';
const UNFINISHED = 'unfinished-model-';

/**
 * Copies the model of a checkpoint to `model` in the folder of a run. Readers never meet half of it: beside the
 * same config the weights are exchanged in one step, otherwise the whole folder is.
 *
 * @param source holds `model.safetensors` and `config.json`.
 * @returns the path of the model.
 */
export async function publishModel(source: string, folder: string): Promise<string> {
  await removeUnfinished(folder);
  const model = join(folder, 'model');
  const unfinished = join(folder, `${UNFINISHED}${process.pid}`);
  try {
    for (const file of [WEIGHTS, CONFIG]) {
      await cp(join(source, file), join(unfinished, file));
    }
    if ((await configOf(model)) === (await configOf(unfinished))) {
      await rename(join(unfinished, WEIGHTS), join(model, WEIGHTS));
      await rm(unfinished, { recursive: true, force: true });
    } else {
      await rm(model, { recursive: true, force: true });
      await rename(unfinished, model);
    }
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return model;
}

/** What a killed process left. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((candidate) => candidate.startsWith(UNFINISHED))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function configOf(folder: string): Promise<string | undefined> {
  return readFile(join(folder, CONFIG), 'utf8').catch(() => undefined);
}
