import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor, tensor3d } from '@tensorflow/tfjs-core';
import type { GemmChoice } from '@restok/backend-node';
import type { Parameter } from '@restok/ops';
import type { LossTerms, PartHelper, PartOfStep, PartResult, TokenizerTrainingConfig } from '@restok/training';

/** What a worker thread is started with. */
export interface WorkerSetup {
  readonly config: TokenizerTrainingConfig;
  readonly gemm: GemmChoice;
  /** All parameters one after the other, float32, written by the main thread before each part. */
  readonly parameterBuffer: SharedArrayBuffer;
  /** All gradients likewise, written by the worker. */
  readonly gradientBuffer: SharedArrayBuffer;
}

interface WorkerAnswer {
  readonly terms: LossTerms;
  readonly latents: Float32Array;
  readonly latentShape: [number, number, number];
  readonly indices: Int32Array;
}

interface Member {
  readonly worker: Worker;
  readonly gradientBuffer: SharedArrayBuffer;
  busy: boolean;
}

/** Worker threads, each with a backend of its own, that compute parts of a step beside the main thread. */
export class WorkerHelper implements PartHelper {
  private constructor(
    private readonly members: readonly Member[],
    private readonly parameterBuffer: SharedArrayBuffer,
  ) {}

  get capacity(): number {
    return this.members.length;
  }

  /**
   * Starts workers.
   *
   * @param numValues weights of the model.
   */
  static async start(
    config: TokenizerTrainingConfig,
    options: { readonly count: number; readonly numValues: number; readonly gemm: GemmChoice },
  ): Promise<WorkerHelper> {
    const buffer = (): SharedArrayBuffer => new SharedArrayBuffer(options.numValues * Float32Array.BYTES_PER_ELEMENT);
    const parameterBuffer = buffer();
    const script = fileURLToPath(new URL('./gradient-worker.js', import.meta.url));
    const members = Array.from({ length: options.count }, () => {
      const gradientBuffer = buffer();
      const setup: WorkerSetup = { config, gemm: options.gemm, parameterBuffer, gradientBuffer };
      return { worker: new Worker(script, { workerData: setup }), gradientBuffer, busy: false };
    });
    await Promise.all(members.map(({ worker }) => answerOf(worker)));
    return new WorkerHelper(members, parameterBuffer);
  }

  async start(part: PartOfStep, parameters: readonly Parameter[]): Promise<PartResult> {
    const member = this.members.find(({ busy }) => !busy)!;
    if (this.members.every(({ busy }) => !busy)) {
      writeValues(
        this.parameterBuffer,
        parameters.map((parameter) => parameter.value),
      );
    }
    member.busy = true;
    member.worker.postMessage(part);
    try {
      const answer = (await answerOf(member.worker)) as WorkerAnswer;
      const values = new Float32Array(member.gradientBuffer);
      let start = 0;
      const gradients = parameters.map(({ shape, size }) => {
        const gradient = tensor(values.slice(start, start + size), [...shape], 'float32');
        start += size;
        return gradient;
      });
      const { terms, indices } = answer;
      return { terms, gradients, latents: tensor3d(answer.latents, answer.latentShape), indices };
    } finally {
      member.busy = false;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map(({ worker }) => worker.terminate()));
  }
}

/** Copies tensors one after the other into a shared buffer. */
export function writeValues(buffer: SharedArrayBuffer, tensors: readonly Tensor[]): void {
  const values = new Float32Array(buffer);
  let start = 0;
  for (const value of tensors) {
    values.set(value.dataSync(), start);
    start += value.size;
  }
}

/** Sets parameters from a buffer that {@link writeValues} filled. */
export function readValues(buffer: SharedArrayBuffer, parameters: readonly Parameter[]): void {
  const values = new Float32Array(buffer);
  let start = 0;
  for (const parameter of parameters) {
    parameter.replace(tensor(values.slice(start, start + parameter.size), [...parameter.shape], 'float32'));
    start += parameter.size;
  }
}

/** The next message of a worker; its failure or its end before that is an error. */
async function answerOf(worker: Worker): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  const stopped = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`train: a worker thread stopped with code ${String(code)}. Resume, or set training.workers=1.`);
  });
  try {
    const [message] = (await Promise.race([once(worker, 'message', { signal }), stopped])) as [unknown];
    if (typeof message === 'object' && message !== null && 'error' in message) {
      throw new Error(String(message.error));
    }
    return message;
  } finally {
    stopped.catch(() => undefined);
    settled.abort();
  }
}
