import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import { writeAtomically } from '@restok/data';
import { stoppable } from '../stop-signals';
import type { JsonShape } from './json-shape';
import { objectOf, oneOf, recordOf, wholeIn } from './json-shape';
import { MAX_SHARDS } from './shard';

/** Commands whose work can be divided. */
export const shardedCommandNames = ['extract', 'generate', 'eval generation', 'eval reconstruction'] as const;

export type ShardedCommandName = (typeof shardedCommandNames)[number];

/** job.json of a folder: what its shards are parts of. */
export interface ShardJob {
  readonly format: 'restok-job-1';
  readonly command: ShardedCommandName;
  /** How many there are. */
  readonly shards: number;
  /** Everything that decides the result and is known before weights are loaded. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const JOB = 'job.json';

const shardJob: JsonShape<ShardJob> = objectOf<ShardJob>({
  format: oneOf(['restok-job-1']),
  command: oneOf(shardedCommandNames),
  shards: wholeIn(1, MAX_SHARDS),
  settings: recordOf((value) => value),
});

/**
 * Makes a folder ready for shards of a job, or checks that it is the folder of this job.
 *
 * @throws DataError when the folder has shards of something else.
 */
export async function beginJob(folder: string, job: ShardJob): Promise<void> {
  const found = await findJob(folder);
  if (found === undefined) {
    const content = `${JSON.stringify(job, undefined, 2)}\n`;
    await stoppable(() => writeAtomically(join(folder, JOB), (path) => writeFile(path, content)), { folder });
    return;
  }
  const flat = ({ settings, ...rest }: ShardJob): Record<string, unknown> => ({ ...settings, ...rest });
  const [before, now] = [flat(found), flat(job)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const differing = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
  if (differing.length > 0) {
    throw new DataError(
      `restok: ${folder} holds shards of something else (${differing.join(', ')} of its ${JOB} differ). Choose another folder or delete this one.`,
      { differing },
    );
  }
}

/**
 * The job of a folder.
 *
 * @throws DataError when there is none.
 */
export async function readJob(folder: string): Promise<ShardJob> {
  const found = await findJob(folder);
  if (found === undefined) {
    throw new DataError(
      `restok: ${folder} holds no ${JOB}, so no shards were made in it. Pass the --out of commands with --shard.`,
    );
  }
  return found;
}

async function findJob(folder: string): Promise<ShardJob | undefined> {
  const path = join(folder, JOB);
  const content = await readFile(path, 'utf8').catch(() => undefined);
  return content === undefined ? undefined : shardJob(parsedJson(content, path), path);
}

/** @throws DataError where a text is no JSON. */
export function parsedJson(content: string, path: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    throw new DataError(`restok: ${path} is damaged. Delete it and run its command again.`);
  }
}
