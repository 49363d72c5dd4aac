import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowProducer, Job, Queue } from 'bullmq';
import { DataError } from '@restok/core';
import type { Output } from '../output';
import { printError, rateText } from '../output';
import type { QueueConnection } from './connection';
import { connectQueue } from './connection';
import { loadQueuePackages } from './load-bullmq';
import type { QueuedWork } from './queued-job';
import { mergeResult, QUEUE, workId } from './queued-job';
import type { RedisAddress } from './redis-address';

/** How work is queued. */
export interface CoordinateOptions {
  readonly address: RedisAddress;
  /** How often a shard that fails is tried. */
  readonly attempts: number;
  /** Folder of the result on this machine. */
  readonly out: string;
  readonly output: Output;
}

/** How often the queue is asked how far it is. */
const POLL_MS = 500;

/** Wait before a shard is tried again. */
const BACKOFF_MS = 1000;

/** Finished work is forgotten after so many seconds, a week; its files stay. */
const KEPT_SECONDS = 7 * 24 * 3600;

/** Failed shards that a message names. */
const MAX_NAMED = 3;

/**
 * Queues work in shards unless it is queued already, and waits until its shards are merged. Who waits may leave and
 * come back by the same command.
 *
 * @throws DataError when a shard or the merge has failed for good.
 */
export async function coordinate(work: QueuedWork, options: CoordinateOptions): Promise<void> {
  const packages = await loadQueuePackages();
  const connection = await connectQueue(packages, options.address);
  const { redis } = connection;
  const queue = new packages.bullmq.Queue(QUEUE.name, { connection: redis, prefix: QUEUE.prefix });
  const flows = new packages.bullmq.FlowProducer({ connection: redis, prefix: QUEUE.prefix });
  queue.on('error', (error) => report(error, connection));
  flows.on('error', (error) => report(error, connection));
  try {
    await enqueue(work, { queue, flows, options });
    const merge = await waitForMerge(work, { queue, options });
    const { data, lines } = mergeResult(merge.returnvalue, 'the result in the queue');
    options.output.result(data, lines);
  } finally {
    await Promise.all([queue.close(), flows.close()]).catch(() => undefined);
    connection.close();
  }
}

interface QueueContext {
  readonly queue: Queue;
  readonly options: CoordinateOptions;
}

/** Puts the shards and the merge after them into the queue, in one transaction; what is there stays. */
async function enqueue(
  work: QueuedWork,
  { queue, flows, options }: QueueContext & { readonly flows: FlowProducer },
): Promise<void> {
  const id = workId(work);
  const known: Job | undefined = await queue.getJob(id);
  if (known !== undefined) {
    const isOver =
      (await known.isFailed()) || ((await known.isCompleted()) && !existsSync(join(options.out, 'job.json')));
    if (!isOver) {
      return;
    }
    await known.remove({ removeChildren: true });
  }
  const kept = { removeOnComplete: { age: KEPT_SECONDS }, removeOnFail: { age: KEPT_SECONDS } };
  await flows.add({
    name: 'merge',
    queueName: QUEUE.name,
    data: work,
    opts: { jobId: id, ...kept },
    children: Array.from({ length: work.shards }, (_, i) => ({
      name: 'shard',
      queueName: QUEUE.name,
      data: { ...work, shard: i + 1 },
      opts: {
        jobId: `${id}-${i + 1}`,
        attempts: options.attempts,
        backoff: { type: 'fixed', delay: BACKOFF_MS },
        // A shard that failed for good is missed by the merge; the others are made nevertheless.
        ignoreDependencyOnFailure: true,
        ...kept,
      },
    })),
  });
}

/** Shows how far the work is until it is merged. */
async function waitForMerge(work: QueuedWork, { queue, options }: QueueContext): Promise<Job> {
  const { address, output } = options;
  const id = workId(work);
  const startedAt = performance.now();
  let doneBefore: number | undefined;
  for (;;) {
    const merge: Job | undefined = await queue.getJob(id);
    if (merge === undefined) {
      throw new DataError(
        `restok: the queued work is gone from Redis at ${address.shown}. Run the command again; shards that are done stay.`,
      );
    }
    const state = await merge.getState();
    if (state === 'completed' || state === 'failed') {
      // What was read before may be older than its end, and lack the result.
      const ended: Job = (await queue.getJob(id)) ?? merge;
      if (state === 'failed') {
        throw await failureOf(ended);
      }
      return ended;
    }
    const { processed = 0, ignored = 0 } = await merge.getDependenciesCount();
    const done = Math.min(work.shards, processed + ignored);
    doneBefore ??= done;
    const rate = rateText(done - doneBefore, work.shards - doneBefore, startedAt, 'shards');
    const progress =
      done === doneBefore ? 'waiting for the first of them' : rate.slice(rate.indexOf(',') + 2);
    const numWorkers = await queue.getWorkersCount();
    output.progress(
      numWorkers === 0
        ? `${done}/${work.shards} shards; no worker yet: run restok work --queue ${address.shown}`
        : `${done}/${work.shards} shards, ${numWorkers} workers, ${progress}`,
    );
    await sleep(POLL_MS);
  }
}

async function failureOf(merge: Job): Promise<DataError> {
  const failures = Object.values(await merge.getIgnoredChildrenFailures());
  if (failures.length === 0) {
    return new DataError(merge.failedReason);
  }
  const reasons = [...new Set(failures)].slice(0, MAX_NAMED).join(' ');
  return new DataError(
    `restok: ${failures.length} shards failed for good: ${reasons} Mend it and run the command again; shards that are done stay.`,
    { failures: failures.length },
  );
}

function report(error: Error, connection: QueueConnection): void {
  if (!connection.noticed(error)) {
    printError(`restok: the queue has a problem: ${error.message}`);
  }
}
