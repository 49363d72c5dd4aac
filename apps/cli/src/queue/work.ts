import { hostname } from 'node:os';
import type { Job, Worker } from 'bullmq';
import { errorLine } from '../error-line';
import type { Output } from '../output';
import { printError } from '../output';
import type { Report, ShardWork } from '../shards/sharded-command';
import type { QueueConnection } from './connection';
import { connectQueue } from './connection';
import { loadQueuePackages } from './load-bullmq';
import type { QueuedShard, QueuedWork } from './queued-job';
import { QUEUE, queuedShard, queuedWork, workId } from './queued-job';
import type { RedisAddress } from './redis-address';

/** What a worker does with what it finds in the queue. */
export interface QueueTasks {
  /** Opens the models of some work. */
  open(work: QueuedWork): Promise<ShardWork>;
  /** Makes the result of all shards. */
  merge(work: QueuedWork): Promise<Report>;
}

export interface WorkOptions {
  readonly address: RedisAddress;
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

/** How long leaving may take after a signal. */
const PATIENCE_MS = 800;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Works on shards of the queue, one at a time, until there has been none for a while or a signal comes. At a signal
 * the shard at hand goes back to the queue, and the program ends by that signal.
 */
export async function workOnQueue(tasks: QueueTasks, options: WorkOptions): Promise<WorkSummary> {
  const { lock, output } = options;
  const packages = await loadQueuePackages();
  const connection = await connectQueue(packages, options.address);
  const done = { shards: 0, merges: 0, failures: 0 };
  const models = keptModels(tasks);
  let current: { readonly job: Job; readonly token?: string } | undefined;
  let idleSince = performance.now();

  const run = async (job: Job, token?: string): Promise<unknown> => {
    current = { job, token };
    try {
      if (job.name === 'merge') {
        const { data, lines } = await tasks.merge(queuedWork(job.data, 'queued work'));
        done.merges++;
        return { data, lines };
      }
      const { shard, ...work } = queuedShard(job.data, 'a queued shard');
      const open = await models.open(work);
      const { data } = await open.run({ number: shard, count: work.shards });
      done.shards++;
      output.progress(`${done.shards} shards done, waiting for more`);
      return data;
    } catch (error) {
      throw new Error(errorLine(error), { cause: error });
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
  const stopListening = leaveAtSignals(worker, () => current);
  try {
    await idleFor(options.idle, () => (current === undefined ? idleSince : performance.now()));
    await worker.close();
    return done;
  } finally {
    stopListening();
    await models.close();
    connection.close();
  }
}

/** Keeps the models of the work at hand open, as the next shard mostly is of the same. */
function keptModels(tasks: QueueTasks): {
  open(work: QueuedWork): Promise<ShardWork>;
  close(): Promise<void>;
} {
  let kept: { readonly id: string; readonly work: ShardWork } | undefined;
  const close = async (): Promise<void> => {
    const { work } = kept ?? {};
    kept = undefined;
    await work?.close();
  };
  return {
    async open(queued) {
      const id = workId(queued);
      if (kept?.id !== id) {
        await close();
        kept = { id, work: await tasks.open(queued) };
      }
      return kept.work;
    },
    close,
  };
}

/** Resolves when nothing has been done for some seconds. */
function idleFor(seconds: number | undefined, lastActive: () => number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (seconds !== undefined && performance.now() - lastActive() >= seconds * 1000) {
        clearInterval(timer);
        resolve();
      }
    }, 200);
  });
}

/** At a signal gives the shard at hand back and ends the program by that signal. */
function leaveAtSignals(
  worker: Worker,
  current: () => { readonly job: Job; readonly token?: string } | undefined,
): () => void {
  let isLeaving = false;
  const stopListening = (): void => SIGNALS.forEach((name) => process.off(name, onSignal));
  const end = (signal: NodeJS.Signals): void => {
    stopListening();
    process.kill(process.pid, signal);
  };
  function onSignal(signal: NodeJS.Signals): void {
    if (isLeaving) {
      // Files being written pass their signal on when they are whole.
      return;
    }
    isLeaving = true;
    const at = current();
    const givenBack = Promise.resolve(at?.job.moveToWait(at.token)).catch(() => undefined);
    setTimeout(() => end(signal), PATIENCE_MS).unref();
    void givenBack.then(() => end(signal));
    void worker.pause(true).catch(() => undefined);
  }
  SIGNALS.forEach((name) => process.on(name, onSignal));
  return stopListening;
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
