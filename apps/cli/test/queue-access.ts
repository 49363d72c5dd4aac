import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { Queue } from 'bullmq';
import { expect } from 'vitest';
import type { QueuedShard } from '../src/queue/queued-job';
import { QUEUE } from '../src/queue/queued-job';
import type { RunningProgram } from './run-command';

/** Where a queue is, and the folder that its workers share. */
export interface QueueRoot {
  readonly url: string;
  readonly folder: string;
}

/** Looks into the queue of a Redis. */
export async function withQueue<T>(url: string, use: (queue: Queue) => Promise<T>): Promise<T> {
  const { hostname, port } = new URL(url);
  const queue = new Queue(QUEUE.name, {
    connection: { host: hostname, port: Number(port) },
    prefix: QUEUE.prefix,
  });
  queue.on('error', () => undefined);
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

/** A worker that is frozen in the middle of a shard. */
export interface CaughtWorker {
  readonly worker: RunningProgram;
  readonly job: Job;
}

/**
 * Freezes one of some workers that is at a shard, as soon as so many are done. What it holds cannot change until it
 * is killed or goes on.
 */
export function catchWorker(
  root: QueueRoot,
  workers: readonly RunningProgram[],
  numDone: number,
): Promise<CaughtWorker> {
  return withQueue(root.url, async (queue) => {
    const shardsOf = async ({ pid }: RunningProgram): Promise<Job[]> =>
      (await queue.getActive()).filter(
        ({ name, processedBy }) => name === 'shard' && processedBy?.endsWith(`-${pid}`),
      );
    for (;;) {
      for (const worker of workers) {
        if ((await queue.getCompletedCount()) < numDone || (await shardsOf(worker)).length === 0) {
          continue;
        }
        worker.kill('SIGSTOP');
        const [job] = await shardsOf(worker);
        if (job !== undefined && !existsSync(manifestOf(root, job))) {
          return { worker, job };
        }
        worker.kill('SIGCONT');
      }
      expect(
        workers.every(({ isRunning }) => isRunning),
        'no worker may end by itself',
      ).toBe(true);
      await sleep(10);
    }
  });
}

/** What a shard leaves when it is done. */
function manifestOf({ folder }: QueueRoot, { data }: Job): string {
  const { shard, shards, options } = data as QueuedShard;
  return join(folder, String(options['out']), `shards/${shard}-of-${shards}.json`);
}

/** How often each job of some work was started, the merge first. */
export function timesStarted(url: string, id: string, shards: number): Promise<number[]> {
  return withQueue(url, async (queue) => {
    const ids = [id, ...Array.from({ length: shards }, (_, i) => `${id}-${i + 1}`)];
    const jobs = await Promise.all(ids.map((each) => queue.getJob(each)));
    return jobs.map((job) => job!.attemptsStarted);
  });
}
