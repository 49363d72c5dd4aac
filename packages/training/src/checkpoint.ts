import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { CheckpointError } from '@restok/core';
import type { TensorToWrite } from '@restok/hub';
import { openModel, openSafetensors, openSource } from '@restok/hub';
import { saveModel, writeSafetensors } from '@restok/hub/node';
import { loadParameters } from '@restok/ops';
import type { Parameter } from '@restok/ops';
import type { TokenizerTrainer } from './tokenizer-trainer';

const trainerState = z.object({
  step: z.number().int().nonnegative(),
  codeCounts: z.array(z.number()),
  recentUsage: z.number(),
});

const FOLDER = /^checkpoint-(\d+)$/;
/** Names a folder that is still being written. */
const UNFINISHED = 'unfinished-';

/**
 * Saves everything that a run needs to go on, as `checkpoint-<step>`.
 *
 * The folder is written under another name and renamed when all of it is on the disk, so a folder of that name
 * is always complete, whatever kills the process.
 *
 * @param folder holds the checkpoints of a run.
 * @param keepLast how many to keep; older ones are removed after the new one is complete.
 * @returns the path of the new checkpoint.
 */
export async function saveCheckpoint(
  trainer: TokenizerTrainer,
  folder: string,
  keepLast: number,
): Promise<string> {
  const name = `checkpoint-${trainer.trainStep}`;
  const unfinished = join(folder, `${UNFINISHED}${name}-${process.pid}`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    const { config } = trainer.tokenizer;
    await saveModel(unfinished, {
      config,
      tensors: trainer.parameters.map(([key, parameter]) => stored(key, parameter)),
    });
    await writeSafetensors(join(unfinished, 'optimizer.safetensors'), optimizerTensors(trainer));
    if (trainer.movingWeights !== undefined) {
      await saveModel(join(unfinished, 'ema_model'), { config, tensors: averageTensors(trainer) });
    }
    await writeSynced(join(unfinished, 'state.json'), JSON.stringify(trainer.state));
    await syncFolder(unfinished);
    await rm(join(folder, name), { recursive: true, force: true });
    await rename(unfinished, join(folder, name));
    await syncFolder(folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  for (const old of (await checkpoints(folder)).slice(0, -keepLast)) {
    await rm(old.path, { recursive: true, force: true });
  }
  return join(folder, name);
}

/**
 * Restores the newest checkpoint of a folder into a trainer of the same config.
 *
 * @returns its step, or undefined when there is none.
 * @throws CheckpointError when the newest one does not fit the config.
 */
export async function restoreNewestCheckpoint(
  trainer: TokenizerTrainer,
  folder: string,
): Promise<number | undefined> {
  await removeUnfinished(folder);
  const newest = (await checkpoints(folder)).at(-1);
  if (newest === undefined) {
    return undefined;
  }
  const model = await openModel(newest.path);
  try {
    await loadParameters(trainer.tokenizer, model.weights);
  } finally {
    await model.close();
  }
  await restoreOptimizer(trainer, newest.path);
  if (trainer.movingWeights !== undefined) {
    await restoreAverages(trainer, join(newest.path, 'ema_model'));
  }
  const state = trainerState.safeParse(JSON.parse(await readFile(join(newest.path, 'state.json'), 'utf8')));
  if (!state.success) {
    throw new CheckpointError(
      `restoreNewestCheckpoint: ${newest.path}/state.json is damaged. Delete that checkpoint to resume from the one before.`,
    );
  }
  trainer.state = state.data;
  return newest.step;
}

/** Complete checkpoints of a folder, oldest first. */
export async function checkpoints(folder: string): Promise<{ step: number; path: string }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const match = FOLDER.exec(name);
      return match === null ? [] : [{ step: Number(match[1]), path: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** What a killed process left behind. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(UNFINISHED))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function stored(name: string, parameter: Parameter): TensorToWrite {
  return { name, shape: parameter.publishedShape, values: () => parameter.published() };
}

/** Moments keep the layout in memory: they never leave this program. */
function optimizerTensors(trainer: TokenizerTrainer): TensorToWrite[] {
  return trainer.parameters.flatMap(([name, parameter]) => {
    const { mean, variance } = trainer.optimizer.momentsOf(name);
    const write = (kind: string, value: Tensor): TensorToWrite => ({
      name: `${kind}.${name}`,
      shape: parameter.shape,
      values: () => value.data() as Promise<Float32Array>,
    });
    return [write('mean', mean), write('variance', variance)];
  });
}

function averageTensors(trainer: TokenizerTrainer): TensorToWrite[] {
  return trainer.parameters.map(([name, parameter]) => ({
    name,
    shape: parameter.publishedShape,
    values: () => parameter.toPublished(trainer.movingWeights!.average(name)),
  }));
}

async function restoreOptimizer(trainer: TokenizerTrainer, path: string): Promise<void> {
  const { source } = await openSource(path);
  const weights = await openSafetensors(source, 'optimizer.safetensors');
  try {
    for (const [name, parameter] of trainer.parameters) {
      const read = async (kind: string): Promise<Tensor> =>
        tensor(await weights.read(`${kind}.${name}`), [...parameter.shape]);
      trainer.optimizer.restore(name, { mean: await read('mean'), variance: await read('variance') });
    }
  } finally {
    await weights.close();
  }
}

async function restoreAverages(trainer: TokenizerTrainer, path: string): Promise<void> {
  const model = await openModel(path);
  try {
    for (const [name, parameter] of trainer.parameters) {
      trainer.movingWeights!.restore(name, parameter.fromPublished(await model.weights.read(name)));
    }
  } finally {
    await model.close();
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames survive a power cut; where a folder cannot be opened (Windows) there is nothing to do. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync().catch(() => undefined);
  } finally {
    await folder?.close();
  }
}
