import { hostname } from 'node:os';
import type { Job } from 'bullmq';
import type { Output } from '../output';
import { printError } from '../output';
import { computeApart } from './compute-apart';
import type { QueueConnection } from './connection';
import { connectQueue } from './connection';
import { leaveAtSignals } from './leave-at-signals';
import { loadQueuePackages } from './load-bullmq';
import type { QueuedShard } from './queued-job';
import { QUEUE, queuedShard, queuedWork } from './queued-job';
import type { RedisAddress } from './redis-address';
import type { ShardRequest } from './shard-request';

export interface WorkOptions {
  readonly address: RedisAddress;
  /** The folder that machines share. */
  readonly root: string;
  /** Threads of matrix products. */
  readonly threads: number;
  /** Seconds after which the shard of a worker that says nothing more is given to another. */
  readonly lock: number;
  /** Leave after so many seconds without work; never when left out. */
  readonly idle?: number;
  readonly output: Output;
}

/** What a worker has done. */
export interface WorkSummary {
  readonly shards: number;
  readonly merges: number;
  readonly failures: number;
}

/** A shard whose workers died so often is given up. */
const MAX_STALLS = 5;

/** How often is looked whether there has been work. */
const IDLE_CHECK_MS = 200;

/**
 * Works on shards of the queue, one at a time, until there has been none for a while or a signal comes. At a signal
 * the shard at hand goes back to the queue, and the program ends by that signal.
 */
export async function workOnQueue(options: WorkOptions): Promise<WorkSummary> {
  const { lock, idle, output } = options;
  const packages = await loadQueuePackages();
  const connection = await connectQueue(packages, options.address);
  const computing = computeApart(options);
  const done = { shards: 0, merges: 0, failures: 0 };
  let current: { readonly job: Job; readonly token?: string } | undefined;
  let idleSince = performance.now();

  const run = async (job: Job, token?: string): Promise<object> => {
    current = { job, token };
    try {
      const { data, lines } = await unlessLeaving(computing.run(requestOf(job)));
      if (job.name === 'merge') {
        done.merges++;
        return { data, lines };
      }
      done.shards++;
      output.progress(`${done.shards} shards done, waiting for more`);
      return data;
    } finally {
      current = undefined;
      idleSince = performance.now();
    }
  };

  const worker = new packages.bullmq.Worker(QUEUE.name, run, {
    connection: connection.redis,
    prefix: QUEUE.prefix,
    name: `${hostname()}-${process.pid}`,
    lockDuration: lock * 1000,
    stalledInterval: (lock * 1000) / 2,
    maxStalledCount: MAX_STALLS,
    drainDelay: 1,
  });
  worker.on('failed', (job, error) => {
    done.failures++;
    printError(failureLine(job, error));
  });
  worker.on('stalled', (jobId) => printError(`restok: the worker of ${jobId} is gone, so it is made again.`));
  worker.on('error', (error) => reportError(error, connection));

  const leaving = leaveAtSignals(async () => {
    void worker.pause(true).catch(() => undefined);
    await Promise.all([current?.job.moveToWait(current.token), computing.end()]);
  });
  /** What a shard that was given back comes to is nobody's business any more. */
  async function unlessLeaving<T>(result: Promise<T>): Promise<T> {
    const settled = await result.catch((error: unknown) => {
      if (!leaving.hasBegun) {
        throw error;
      }
    });
    return leaving.hasBegun ? new Promise<never>(() => undefined) : (settled as T);
  }
  try {
    await idleFor(idle, () => (current === undefined ? idleSince : performance.now()));
    await worker.close();
    return done;
  } finally {
    leaving.stopWatching();
    await computing.end();
    connection.close();
  }
}

/** What a job asks for, checked. */
function requestOf({ name, data }: Job): ShardRequest {
  if (name === 'merge') {
    return { work: queuedWork(data, 'queued work') };
  }
  const { shard, ...work } = queuedShard(data, 'a queued shard');
  return { work, shard };
}

/** Resolves when nothing has been done for some seconds. */
function idleFor(seconds: number | undefined, lastActive: () => number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (seconds !== undefined && performance.now() - lastActive() >= seconds * 1000) {
        clearInterval(timer);
        resolve();
      }
    }, IDLE_CHECK_MS);
  });
}

function failureLine(job: Job | undefined, error: Error): string {
  const { shard, shards } = (job?.data ?? {}) as Partial<QueuedShard>;
  const what = job?.name === 'shard' ? `shard ${shard}/${shards}` : 'the merge';
  const tries = job === undefined ? '' : ` (try ${job.attemptsMade} of ${job.opts.attempts ?? 1})`;
  return `restok: ${what} failed${tries}: ${error.message}`;
}

function reportError(error: Error, connection: QueueConnection): void {
  if (/Missing lock|could not renew lock/i.test(error.message)) {
    const job = /job (\S+?)\.?( |$)/.exec(error.message)?.[1] ?? 'a job';
    printError(
      `restok: ${job} was silent for longer than --lock, so another worker makes it, too, with the same result. Raise --lock where this happens often.`,
    );
  } else if (!connection.noticed(error)) {
    printError(`restok: the queue has a problem: ${error.message}`);
  }
}
