import type { OnnxGenerator, OnnxTokenizer } from '@restok/onnx';
import type { RefineOption } from './find-codes';
import type { engineNames } from './option-names';
import { UsageError } from './usage-error';

export type EngineName = (typeof engineNames)[number];

/** Options of commands that can compute with either engine. */
export interface EngineOption {
  /** TensorFlow.js when left out. */
  readonly engine?: EngineName;
}

/** What of the options counts with ONNX Runtime. */
export interface OnnxOptions {
  readonly backend?: string;
  /** Threads within an operator; one per core when left out. */
  readonly threads?: number;
}

/**
 * Opens a tokenizer that restok export has written. The package is loaded here, since most commands need none of it.
 *
 * @param option name of the option that gives the folder.
 * @throws UsageError when there is no folder, or --backend names one; CheckpointError when it is no such tokenizer.
 */
export async function openOnnxTokenizer(
  folder: string | undefined,
  option: string,
  options: OnnxOptions,
): Promise<OnnxTokenizer> {
  refuseBackend(options);
  const given = requiredFolder(folder, option);
  const { OnnxTokenizer: Tokenizer } = await import('@restok/onnx');
  return Tokenizer.load(given, { threads: options.threads });
}

/** Opens a generator likewise. */
export async function openOnnxGenerator(
  folder: string | undefined,
  option: string,
  options: OnnxOptions,
): Promise<OnnxGenerator> {
  refuseBackend(options);
  const given = requiredFolder(folder, option);
  const { OnnxGenerator: Generator } = await import('@restok/onnx');
  return Generator.load(given, { threads: options.threads });
}

/** Backends are TensorFlow.js's; ONNX Runtime computes on the CPU here. */
function refuseBackend({ backend = 'auto' }: OnnxOptions): void {
  if (backend !== 'auto') {
    throw new UsageError(
      `restok: --backend ${backend} has no effect with --engine onnx, which computes on the CPU. Leave --backend out, or use --engine tfjs.`,
    );
  }
}

/** ONNX Runtime computes no gradients. */
export function refuseRefinement({ refine }: RefineOption): void {
  if (refine !== undefined) {
    throw new UsageError(
      'restok: --refine needs gradients, which --engine onnx has not. Use --engine tfjs; both engines decode the codes that it finds.',
    );
  }
}

function requiredFolder(folder: string | undefined, option: string): string {
  if (folder === undefined) {
    throw new UsageError(
      `restok: --engine onnx needs ${option} with a folder that restok export has written. Run restok export --format onnx --out DIR first.`,
    );
  }
  return folder;
}
