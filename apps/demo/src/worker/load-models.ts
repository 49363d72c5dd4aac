import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import type { EngineName } from '../engine/engine-api';
import type { ModelFolder, OnProgress } from './model-folder';
import type { PageGenerator } from './page-generator';
import { TfjsGenerator } from './page-generator';
import type { PageTokenizer } from './page-tokenizer';
import { TfjsTokenizer } from './page-tokenizer';

/** A tokenizer for the wanted engine; TensorFlow.js takes those that were not exported. */
export async function loadTokenizer(
  folder: ModelFolder,
  engine: EngineName,
  onProgress: OnProgress,
): Promise<PageTokenizer> {
  if (runsExported(folder, engine)) {
    const { ExportedTokenizer } = await import('./exported-tokenizer');
    return ExportedTokenizer.load(folder, onProgress);
  }
  const { config, weights } = await folder.open(onProgress);
  return new TfjsTokenizer(await ResTok.fromWeights(config, weights), folder.isExported);
}

/** A generator for the wanted engine; TensorFlow.js takes those that were not exported. */
export async function loadGenerator(
  folder: ModelFolder,
  engine: EngineName,
  onProgress: OnProgress,
): Promise<PageGenerator> {
  if (runsExported(folder, engine)) {
    const { ExportedGenerator } = await import('./exported-generator');
    return ExportedGenerator.load(folder, onProgress);
  }
  const { config, weights } = await folder.open(onProgress);
  return new TfjsGenerator(await Generator.fromWeights(config, weights), folder.isExported);
}

function runsExported({ isExported }: ModelFolder, engine: EngineName): boolean {
  return engine === 'onnx' && isExported;
}
