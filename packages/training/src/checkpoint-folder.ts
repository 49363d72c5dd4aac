import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Every tensor file of a checkpoint; `ema_model` is there when the run keeps moving weights. */
export const MODEL_FILE = 'model.safetensors';
export const OPTIMIZER_FILE = 'optimizer.safetensors';
export const AVERAGES_FOLDER = 'ema_model';
export const STATE_FILE = 'state.json';

/** What `state.json` holds beside the state of the trainer. */
export const storedState = z
  .object({
    /** SHA-256 by path of a file in the checkpoint. */
    sha256: z.record(z.string(), z.string()).default({}),
  })
  .loose();

export interface CheckpointEntry {
  readonly step: number;
  readonly path: string;
}

const FOLDER = /^checkpoint-(\d+)$/;
/** Names a folder that is still being written. */
const UNFINISHED = 'unfinished-';

/** Where a checkpoint is written before it gets its name. */
export function unfinishedPath(folder: string, name: string): string {
  return join(folder, `${UNFINISHED}${name}-${process.pid}`);
}

/** Checkpoints of a folder that were written to their end, oldest first. */
export async function checkpoints(folder: string): Promise<CheckpointEntry[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const match = FOLDER.exec(name);
      return match === null ? [] : [{ step: Number(match[1]), path: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** Removes what a killed process left half-written. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(UNFINISHED))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) {
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex');
}

export async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames survive a power cut; where a folder cannot be opened (Windows) there is nothing to do. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync().catch(() => undefined);
  } finally {
    await folder?.close();
  }
}
