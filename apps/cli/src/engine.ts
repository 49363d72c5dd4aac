import type { OnnxGenerator, OnnxTokenizer } from '@restok/onnx';
import type { engineNames } from './option-names';
import { UsageError } from './usage-error';

export type EngineName = (typeof engineNames)[number];

/** Options of commands that can compute with either engine. */
export interface EngineOption {
  /** TensorFlow.js when left out. */
  readonly engine?: EngineName;
}

/**
 * Opens a tokenizer that restok export has written. The package is loaded here, since most commands need none of it.
 *
 * @param option name of the option that gives the folder.
 * @throws UsageError when there is no folder; CheckpointError when it is no such tokenizer.
 */
export async function openOnnxTokenizer(folder: string | undefined, option: string): Promise<OnnxTokenizer> {
  const { OnnxTokenizer: Tokenizer } = await import('@restok/onnx');
  return Tokenizer.load(requiredFolder(folder, option));
}

/** Opens a generator likewise. */
export async function openOnnxGenerator(folder: string | undefined, option: string): Promise<OnnxGenerator> {
  const { OnnxGenerator: Generator } = await import('@restok/onnx');
  return Generator.load(requiredFolder(folder, option));
}

function requiredFolder(folder: string | undefined, option: string): string {
  if (folder === undefined) {
    throw new UsageError(
      `restok: --engine onnx needs ${option} with a folder that restok export has written. Run restok export --format onnx --out DIR first.`,
    );
  }
  return folder;
}
