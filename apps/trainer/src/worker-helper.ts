import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { tensor3d } from '@tensorflow/tfjs-core';
import type { GemmChoice } from '@restok/backend-node';
import type { Parameter } from '@restok/ops';
import type {
  LossTerms,
  PartHelper,
  PartOfStep,
  PartResult,
  TokenizerTrainingConfig,
} from '@restok/training';
import { tensorsOf, valuesOf } from './flat-values';

/** What a worker is told first. */
export interface WorkerSetup {
  readonly config: TokenizerTrainingConfig;
  readonly gemm: GemmChoice;
}

/** What a worker answers to a part of a step. */
export interface WorkerAnswer {
  readonly terms: LossTerms;
  /** All gradients one after the other. */
  readonly gradientValues: Float32Array;
  readonly latentValues: Float32Array;
  readonly latentShape: [number, number, number];
  readonly indices: Int32Array;
}

interface Member {
  readonly process: ChildProcess;
  busy: boolean;
}

/**
 * Processes that compute parts of a step beside this one, each with one thread. Threads of one process will
 * not do: calls into OpenBLAS from several of them wait for each other.
 */
export class WorkerHelper implements PartHelper {
  private constructor(private readonly members: readonly Member[]) {}

  get capacity(): number {
    return this.members.length;
  }

  static async start(setup: WorkerSetup, count: number): Promise<WorkerHelper> {
    const script = fileURLToPath(new URL('./gradient-worker.js', import.meta.url));
    const members = Array.from({ length: count }, () => {
      const child = fork(script, { serialization: 'advanced' });
      child.send(setup);
      return { process: child, busy: false };
    });
    const helper = new WorkerHelper(members);
    try {
      await Promise.all(members.map(({ process: child }) => answerOf(child)));
    } catch (error) {
      helper.stop();
      throw error;
    }
    return helper;
  }

  async start(part: PartOfStep, parameters: readonly Parameter[]): Promise<() => Promise<PartResult>> {
    const member = this.members.find(({ busy }) => !busy)!;
    member.busy = true;
    const parameterValues = valuesOf(parameters.map((parameter) => parameter.value));
    const answered = answerOf(member.process);
    // Handed over completely before this process starts to compute, or the rest would wait until it is done.
    await new Promise<void>((resolve, reject) => {
      member.process.send({ part, parameterValues }, (error) => (error === null ? resolve() : reject(error)));
    });
    return async () => {
      const answer = (await answered) as WorkerAnswer;
      member.busy = false;
      return {
        terms: answer.terms,
        gradients: tensorsOf(answer.gradientValues, parameters),
        latents: tensor3d(answer.latentValues, answer.latentShape),
        indices: answer.indices,
      };
    };
  }

  stop(): void {
    this.members.forEach(({ process: child }) => child.kill('SIGKILL'));
  }
}

/** The next message of a worker; its failure or its end before that is an error. */
async function answerOf(child: ChildProcess): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  const stopped = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(
      `train: a worker process stopped with code ${String(code)}. Resume, or set training.workers=1.`,
    );
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), stopped])) as [unknown];
    if (typeof message === 'object' && message !== null && 'error' in message) {
      throw new Error(String(message.error));
    }
    return message;
  } finally {
    stopped.catch(() => undefined);
    settled.abort();
  }
}
