import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import type { TensorToWrite } from '@restok/hub';
import { saveModel, writeSafetensors } from '@restok/hub/node';
import type { Parameter } from '@restok/ops';
import {
  AVERAGES_FOLDER,
  checkpoints,
  MODEL_FILE,
  OPTIMIZER_FILE,
  sha256Of,
  STATE_FILE,
  syncFolder,
  unfinishedPath,
  writeSynced,
} from './checkpoint-folder';
import type { Checkpointed } from './checkpointed';
import { firstNonFinite, NonFiniteError } from './non-finite';

/**
 * Saves everything that a run needs to go on, as `checkpoint-<step>`.
 *
 * The folder is written under another name and renamed when all of it is on the disk, so a folder of that name
 * is always complete, whatever kills the process.
 *
 * @param folder holds the checkpoints of a run.
 * @param keepLast how many to keep; older ones are removed after the new one is complete, and so are those of
 *   later steps, which only a run that went on from before them leaves.
 * @returns the path of the new checkpoint.
 * @throws NonFiniteError when a weight is NaN or infinite, CheckpointError when the disk does not take it; the
 *   checkpoints that were there stay as they are.
 */
export async function saveCheckpoint(
  trainer: Checkpointed,
  folder: string,
  keepLast: number,
): Promise<string> {
  await checkWeights(trainer);
  const name = `checkpoint-${trainer.trainStep}`;
  const path = join(folder, name);
  const unfinished = unfinishedPath(folder, name);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await write(trainer, unfinished);
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw new CheckpointError(
      `saveCheckpoint: ${path} could not be written: ${error instanceof Error ? error.message : String(error)}. Earlier checkpoints are untouched; make room on the disk and resume.`,
      { path, cause: error },
    );
  }
  await removeSuperseded(folder, trainer.trainStep, keepLast);
  return path;
}

async function write(trainer: Checkpointed, folder: string): Promise<void> {
  const { config } = trainer.model;
  const files = [MODEL_FILE, OPTIMIZER_FILE];
  await saveModel(folder, {
    config,
    tensors: trainer.parameters.map(([name, parameter]) => stored(name, parameter, parameter.value)),
  });
  await writeSafetensors(join(folder, OPTIMIZER_FILE), optimizerTensors(trainer));
  const { movingWeights, companion } = trainer;
  if (companion !== undefined) {
    await writeSafetensors(join(folder, companion.file), companion.tensors());
    files.push(companion.file);
  }
  if (movingWeights !== undefined) {
    await saveModel(join(folder, AVERAGES_FOLDER), {
      config,
      tensors: trainer.parameters.map(([name, parameter]) =>
        stored(name, parameter, movingWeights.follows(name) ? movingWeights.average(name) : parameter.value),
      ),
    });
    files.push(`${AVERAGES_FOLDER}/${MODEL_FILE}`);
  }
  const sha256: Record<string, string> = {};
  for (const file of files) {
    sha256[file] = await sha256Of(join(folder, file));
  }
  await writeSynced(join(folder, STATE_FILE), JSON.stringify({ ...trainer.state, sha256 }));
  await syncFolder(folder);
}

function stored(name: string, parameter: Parameter, value: Tensor): TensorToWrite {
  return { name, shape: parameter.publishedShape, values: () => parameter.toPublished(value) };
}

/** Moments keep the layout in memory: they never leave this program. */
function optimizerTensors(trainer: Checkpointed): TensorToWrite[] {
  return trainer.trained.flatMap(([name, parameter]) => {
    const moments = trainer.optimizer.momentsOf(name);
    return (['mean', 'variance'] as const).map((kind) => ({
      name: `${kind}.${name}`,
      shape: parameter.shape,
      values: () => moments[kind].data() as Promise<Float32Array>,
    }));
  });
}

/** A checkpoint that cannot be loaded must not take the place of one that can. */
async function checkWeights(trainer: Checkpointed): Promise<void> {
  const culprit = await firstNonFinite(trainer.parameters.map(([name, { value }]) => [name, value]));
  if (culprit !== undefined) {
    throw new NonFiniteError(culprit, trainer.trainStep);
  }
}

async function removeSuperseded(folder: string, step: number, keepLast: number): Promise<void> {
  const all = await checkpoints(folder);
  const later = all.filter((entry) => entry.step > step);
  const older = all.filter((entry) => entry.step <= step).slice(0, -keepLast);
  for (const { path } of [...later, ...older]) {
    await rm(path, { recursive: true, force: true });
  }
}
