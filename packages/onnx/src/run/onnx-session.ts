import { defaultProviders, loadRuntime, sessionFiles } from '#onnx-platform';
import { BackendUnavailableError, CheckpointError } from '@restok/core';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Runtime, SessionFiles } from '../platform';
import type { ExpectedPorts } from './check-ports';
import { checkPorts } from './check-ports';

/** How graphs run. */
export interface OnnxRunOptions {
  /** Execution providers of ONNX Runtime, in order of preference: `cpu` in Node, `wasm` or `webgpu` in browsers. */
  readonly providers?: readonly string[];
  /** Threads within an operator; the runtime's own choice when left out. */
  readonly threads?: number;
  /**
   * Gives the bytes of a file of the folder, or undefined where there is none: for folders that are neither on a disk
   * nor behind an address, such as one that was dropped on a page. The folder only has a name in errors then.
   */
  readonly readFile?: ReadFile;
}

/** Reads a file of a folder. */
export type ReadFile = (name: string) => Promise<Uint8Array | undefined>;

/** A tensor of ONNX Runtime. */
export type OnnxTensor = Tensor;

/** The run on WebGPU that was asked for last: one waits for the card in its middle, and no other may start there. */
let lastRun: Promise<unknown> = Promise.resolve();

/** A graph of a model folder, loaded. */
export class OnnxSession {
  private constructor(
    private readonly place: string,
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
    private readonly takesTurns: boolean,
  ) {}

  /**
   * Loads a graph.
   *
   * @throws BackendUnavailableError when ONNX Runtime is not installed; CheckpointError in one line when the files
   *   are missing, damaged or foreign.
   */
  static async open(
    folder: string,
    files: { readonly graph: string; readonly data: string },
    expected: ExpectedPorts,
    { providers = defaultProviders, threads, readFile }: OnnxRunOptions = {},
  ): Promise<OnnxSession> {
    const { model, externalData } =
      readFile === undefined
        ? await sessionFiles(folder, files.graph, files.data)
        : await givenFiles(folder, files, readFile);
    const runtime = await loadRuntime(providers).catch((error: unknown) => {
      throw new BackendUnavailableError(
        `loadOnnx: ONNX Runtime cannot be loaded here (${firstLine(error)}). Install onnxruntime-node, or onnxruntime-web for browsers.`,
      );
    });
    const options: InferenceSession.SessionOptions = {
      executionProviders: [...providers],
      graphOptimizationLevel: 'all',
      // Errors are thrown; nothing is printed.
      logSeverityLevel: 4,
      extra: {
        session: {
          // Threads that spin would take the cores from other libraries in this process.
          intra_op: { allow_spinning: '0' },
          // Weights of 8 bits are widened once, when they are loaded, instead of at every run.
          disable_quant_qdq: '1',
        },
      },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(externalData === undefined ? {} : { externalData }),
    };
    const session = await runtime.createSession(model, options).catch((error: unknown) => {
      throw new CheckpointError(
        `loadOnnx: ${files.graph} of ${folder} is no graph that ONNX Runtime loads (${firstLine(error)}). Export the model again.`,
      );
    });
    try {
      checkPorts(`${files.graph} of ${folder}`, session, expected);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new OnnxSession(`${files.graph} of ${folder}`, runtime, session, providers.includes('webgpu'));
  }

  /** A tensor to feed; it keeps the array. */
  tensor(values: Float32Array | Int32Array, shape: readonly number[]): OnnxTensor {
    return values instanceof Float32Array
      ? new this.runtime.Tensor('float32', values, shape)
      : new this.runtime.Tensor('int32', values, shape);
  }

  /**
   * Runs the graph.
   *
   * @throws CheckpointError in one line where the runtime refuses, for instance for want of memory.
   */
  async run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>> {
    const result = this.takesTurns ? lastRun.then(() => this.session.run(feeds)) : this.session.run(feeds);
    if (this.takesTurns) {
      lastRun = result.catch(() => undefined);
    }
    return result.catch((error: unknown) => {
      throw new CheckpointError(
        `runOnnx: ${this.place} failed while it ran (${firstLine(error)}). Run fewer pictures at once, or export the model again.`,
      );
    });
  }

  /** Frees the session. */
  release(): Promise<void> {
    return this.session.release();
  }
}

async function givenFiles(
  folder: string,
  { graph, data }: { readonly graph: string; readonly data: string },
  readFile: ReadFile,
): Promise<SessionFiles> {
  const bytesOf = async (name: string): Promise<Uint8Array> => {
    const bytes = await readFile(name);
    if (bytes === undefined) {
      throw new CheckpointError(
        `loadOnnx: ${name} of ${folder} is missing. Export the model again, or give all of its files.`,
      );
    }
    return bytes;
  };
  return { model: await bytesOf(graph), externalData: [{ path: data, data: await bytesOf(data) }] };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.trim();
}
