import { createHash } from 'node:crypto';
import type { ShardedCommandName } from '../shards/job-folder';
import { shardedCommandNames } from '../shards/job-folder';
import type { JsonShape } from '../shards/json-shape';
import { objectOf, oneOf, recordOf, text, wholeIn } from '../shards/json-shape';
import { MAX_SHARDS } from '../shards/shard';

/** The one queue of all commands, and what its keys in Redis begin with. */
export const QUEUE = { name: 'shards', prefix: 'restok' };

/** Work that is queued, the same for every shard of it. */
export interface QueuedWork {
  readonly format: 'restok-queue-1';
  readonly command: ShardedCommandName;
  /** Plain values; every path is below the root that machines share. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly shards: number;
}

/** A shard in the queue. */
export interface QueuedShard extends QueuedWork {
  /** From 1. */
  readonly shard: number;
}

const work = {
  format: oneOf(['restok-queue-1']),
  command: oneOf(shardedCommandNames),
  options: recordOf((value) => value),
  shards: wholeIn(1, MAX_SHARDS),
};

/** Checks what came out of the queue for a merge; the options are checked by their command. */
export const queuedWork: JsonShape<QueuedWork> = objectOf<QueuedWork>(work);

/** Checks what came out of the queue for a shard. */
export const queuedShard: JsonShape<QueuedShard> = objectOf<QueuedShard>({
  ...work,
  shard: wholeIn(1, MAX_SHARDS),
});

/** What a merge leaves in the queue for whoever waits for it. */
export interface MergeResult {
  readonly data: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

export const mergeResult: JsonShape<MergeResult> = objectOf<MergeResult>({
  data: recordOf((value) => value),
  lines: (value, place) =>
    Array.isArray(value) ? value.map((line) => text(line === '' ? ' ' : line, place)) : [],
});

/** A name of the work: the same work has the same name, so nothing is queued twice. */
export function workId({ command, options, shards }: QueuedWork): string {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([command, sorted, shards]))
    .digest('hex');
  return `${command.replaceAll(' ', '-')}-${digest.slice(0, 16)}`;
}
