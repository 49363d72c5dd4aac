import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CheckpointError } from '@restok/core';
import type { Parameter } from '@restok/ops';
import type { PartHelper } from '@restok/training';
import { ExchangeFolder } from './exchange-folder';
import { ValueFile } from './value-file';
import type { PartCodec, WorkerAnswer, WorkerRequest, WorkerSetup } from './worker-protocol';

interface Member {
  readonly process: ChildProcess;
  /** Rejects when the process ends. */
  readonly ended: Promise<never>;
  readonly gradientFile: string;
  gradients: ValueFile | undefined;
  busy: boolean;
}

const BYTES_PER_VALUE = 4;
const WORKER_SCRIPT = fileURLToPath(new URL('./gradient-worker.js', import.meta.url));

/** What workers are started with. */
export interface WorkerHelperOptions<Result> extends Pick<WorkerSetup, 'job' | 'gemm'> {
  readonly codec: PartCodec<Result>;
  /** Values of the model. */
  readonly numParameters: number;
  /** How many processes. */
  readonly count: number;
  /** What the processes run. */
  readonly script?: string;
}

/**
 * Processes that compute parts of a step beside this one, each with one thread. Threads of one process will
 * not do: calls into OpenBLAS from several of them wait for each other. Values go through files, in memory where
 * possible, because the messages of Node would copy them in small pieces while the training waits.
 */
export class WorkerHelper<Part extends object, Result> implements PartHelper<Part, Result> {
  private readonly parameterFile: ValueFile;
  /** Of the gradients. */
  private shapes: readonly (readonly number[])[] = [];
  private version = 0;

  private constructor(
    private readonly folder: ExchangeFolder,
    parameterFile: string,
    private readonly members: readonly Member[],
    private readonly codec: PartCodec<Result>,
  ) {
    this.parameterFile = new ValueFile(parameterFile, 'write');
  }

  get capacity(): number {
    return this.members.length;
  }

  /** Process numbers of the workers. */
  get processIds(): number[] {
    return this.members.map(({ process: child }) => child.pid!);
  }

  /**
   * @param setup `numParameters` is how many values the model has.
   * @throws CheckpointError when a process ends or fails before it is ready.
   */
  static async start<Part extends object, Result>({
    codec,
    numParameters,
    count,
    script = WORKER_SCRIPT,
    ...setup
  }: WorkerHelperOptions<Result>): Promise<WorkerHelper<Part, Result>> {
    const folder = ExchangeFolder.create(BYTES_PER_VALUE * numParameters * (count + 1));
    const parameterFile = join(folder.path, 'parameters');
    const members = Array.from({ length: count }, (_, i) => {
      const child = fork(script, { serialization: 'advanced' });
      const gradientFile = join(folder.path, `gradients-${i}`);
      return { process: child, ended: endOf(child), gradientFile, gradients: undefined, busy: false };
    });
    const helper = new WorkerHelper<Part, Result>(folder, parameterFile, members, codec);
    try {
      await Promise.all(
        members.map(async (member) => {
          const { gradientFile } = member;
          const places = { folder: folder.path, parameterFile, gradientFile };
          await send(member, { job: setup.job, gemm: setup.gemm, ...places } satisfies WorkerSetup);
          await answerOf(member);
        }),
      );
    } catch (error) {
      helper.stop();
      throw error;
    }
    return helper;
  }

  share(parameters: readonly Parameter[], trained: readonly Parameter[]): void {
    this.parameterFile.write(parameters.map(({ value }) => value));
    this.shapes = trained.map(({ shape }) => shape);
    this.version += 1;
  }

  async start(part: Part): Promise<() => Promise<Result>> {
    const member = this.members.find(({ busy }) => !busy)!;
    member.busy = true;
    const answered = answerOf(member);
    // A worker that ends while this process computes is reported when its result is asked for.
    answered.catch(() => undefined);
    // Handed over completely before this process starts to compute, or the rest would wait until it is done.
    // Where that fails the process is ending, which is the error to report.
    await send(member, { part, version: this.version } satisfies WorkerRequest).catch(() => member.ended);
    return async () => {
      const { message, shapes } = (await answered) as WorkerAnswer;
      member.busy = false;
      member.gradients ??= new ValueFile(member.gradientFile, 'read');
      const tensors = member.gradients.read([...this.shapes, ...shapes]);
      const gradients = tensors.splice(0, this.shapes.length);
      return this.codec.unpack(gradients, tensors, message);
    };
  }

  /** Ends the processes and removes their files. */
  stop(): void {
    this.parameterFile.close();
    for (const { process: child, gradients } of this.members) {
      child.kill('SIGKILL');
      gradients?.close();
    }
    this.folder.remove();
  }
}

function send({ process: child }: Member, message: WorkerRequest | WorkerSetup): Promise<void> {
  return new Promise((resolve, reject) => {
    child.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

function endOf(child: ChildProcess): Promise<never> {
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]): never => {
    throw new CheckpointError(
      `train: a worker process ended (${signal === null ? `code ${String(code)}` : String(signal)}). Resume, or set training.workers=1.`,
    );
  });
  // Ending is no error once nobody waits for it.
  ended.catch(() => undefined);
  return ended;
}

/** The next message of a worker; its failure or its end before that is an error. */
async function answerOf({ process: child, ended }: Member): Promise<unknown> {
  const settled = new AbortController();
  try {
    const answered = once(child, 'message', { signal: settled.signal });
    answered.catch(() => undefined);
    const [message] = (await Promise.race([answered, ended])) as [unknown];
    if (typeof message === 'object' && message !== null && 'error' in message) {
      throw new CheckpointError(String(message.error));
    }
    return message;
  } finally {
    settled.abort();
  }
}
