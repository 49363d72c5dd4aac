import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import { openModel, openSafetensors, openSource } from '@restok/hub';
import { loadParameters } from '@restok/ops';
import {
  AVERAGES_FOLDER,
  checkpoints,
  OPTIMIZER_FILE,
  removeUnfinished,
  sha256Of,
  STATE_FILE,
  storedState,
} from './checkpoint-folder';
import type { CheckpointEntry } from './checkpoint-folder';
import type { CheckpointCompanion, Checkpointed } from './checkpointed';

/** A newer checkpoint that could not be used. */
export interface SkippedCheckpoint {
  readonly path: string;
  readonly problem: string;
}

/** Where a run goes on. */
export interface RestoredCheckpoint extends CheckpointEntry {
  /** Newest first. */
  readonly skipped: readonly SkippedCheckpoint[];
}

/**
 * Restores the newest checkpoint of a folder that is whole into a trainer of the same config; damaged ones are
 * passed over in favour of the one before.
 *
 * @returns undefined when there is none.
 * @throws CheckpointError when there are some but none can be used, for instance because the config is another;
 *   the trainer must not be used then.
 */
export async function restoreNewestCheckpoint(
  trainer: Checkpointed,
  folder: string,
): Promise<RestoredCheckpoint | undefined> {
  await removeUnfinished(folder);
  const skipped: SkippedCheckpoint[] = [];
  for (const { step, path } of (await checkpoints(folder)).reverse()) {
    try {
      await restore(trainer, path);
      return { step, path, skipped };
    } catch (error) {
      skipped.push({ path, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  const [newest] = skipped;
  if (newest !== undefined) {
    throw new CheckpointError(
      `restoreNewestCheckpoint: none of ${skipped.length} in ${folder} can be used. The newest: ${newest.problem} Set experiment.resume=False to start anew in their place.`,
      { skipped },
    );
  }
  return undefined;
}

/** Looks at every file before it changes anything. */
async function restore(trainer: Checkpointed, path: string): Promise<void> {
  const state = trainer.parseState(await readState(path));
  if (state === undefined) {
    throw damaged(path, STATE_FILE);
  }
  const model = await openModel(path);
  try {
    await loadParameters(trainer.model, model.weights);
  } finally {
    await model.close();
  }
  await restoreOptimizer(trainer, path);
  if (trainer.movingWeights !== undefined) {
    await restoreAverages(trainer, join(path, AVERAGES_FOLDER));
  }
  if (trainer.companion !== undefined) {
    await restoreCompanion(trainer.companion, path);
  }
  trainer.state = state;
}

/** The state, once every file is what was written. */
async function readState(path: string): Promise<unknown> {
  const text = await readFile(join(path, STATE_FILE), 'utf8');
  const parsed = storedState.safeParse(parseJson(text));
  if (!parsed.success) {
    throw damaged(path, STATE_FILE);
  }
  const { sha256, ...state } = parsed.data;
  for (const [file, digest] of Object.entries(sha256)) {
    if ((await sha256Of(join(path, file))) !== digest) {
      throw damaged(path, file);
    }
  }
  return state;
}

function damaged(path: string, file: string): CheckpointError {
  return new CheckpointError(
    `restoreNewestCheckpoint: ${join(path, file)} is damaged. Delete this checkpoint.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function restoreOptimizer(trainer: Checkpointed, path: string): Promise<void> {
  const { source } = await openSource(path);
  const weights = await openSafetensors(source, OPTIMIZER_FILE);
  try {
    for (const [name, parameter] of trainer.trained) {
      const read = async (kind: string): Promise<Tensor> =>
        tensor(await weights.read(`${kind}.${name}`), [...parameter.shape]);
      trainer.optimizer.restore(name, { mean: await read('mean'), variance: await read('variance') });
    }
  } finally {
    await weights.close();
  }
}

async function restoreCompanion(companion: CheckpointCompanion, path: string): Promise<void> {
  const { source } = await openSource(path);
  const weights = await openSafetensors(source, companion.file);
  try {
    await companion.restore(weights);
  } finally {
    await weights.close();
  }
}

async function restoreAverages(trainer: Checkpointed, path: string): Promise<void> {
  const model = await openModel(path);
  try {
    for (const [name, parameter] of trainer.trained) {
      trainer.movingWeights!.restore(name, parameter.fromPublished(await model.weights.read(name)));
    }
  } finally {
    await model.close();
  }
}
