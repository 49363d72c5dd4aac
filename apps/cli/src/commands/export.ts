import { join } from 'node:path';
import { Generator } from '@restok/generator';
import type { ExportOptions as OnnxExportOptions, WeightType } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';
import type { TokenizerOptions } from '../load-tokenizer';
import { isGenerator } from '../model-kind';
import { openShownModel } from '../open-model';
import type { exportFormats } from '../option-names';
import { createOutput } from '../output';
import { checkOutputs } from '../output-files';
import { shippedTokenizer } from '../shipped-model';
import { stoppable } from '../stop-signals';
import { useBackend } from '../use-backend';

export interface ExportOptions extends TokenizerOptions {
  readonly format: (typeof exportFormats)[number];
  readonly weights: WeightType;
  readonly out: string;
}

/** `restok export`: a tokenizer or a generator as ONNX graphs. */
export async function exportModel(options: ExportOptions): Promise<void> {
  const output = createOutput(options);
  const { out, weights } = options;
  await checkOutputs([join(out, 'onnx.json')], []);
  await useBackend(options.backend);
  const source = await openShownModel(options.model ?? shippedTokenizer(), output);
  const onProgress = (loaded: number, total: number): void =>
    output.progress(`loading ${loaded}/${total} tensors`);
  const { exportGenerator, exportTokenizer } = await import('@restok/onnx');
  const write = async (work: (given: OnnxExportOptions) => Promise<void>): Promise<void> => {
    output.progress('writing');
    await stoppable(() => work({ weights }), { folder: out });
  };
  try {
    const kind = isGenerator(source) ? 'generator' : 'tokenizer';
    if (kind === 'generator') {
      const generator = await Generator.fromWeights(source.config, source.weights, { onProgress });
      await write((given) => exportGenerator(generator, out, given)).finally(() => generator.dispose());
    } else {
      const tokenizer = await ResTok.fromWeights(source.config, source.weights, { onProgress });
      await write((given) => exportTokenizer(tokenizer, out, given)).finally(() => tokenizer.dispose());
    }
    output.result({ folder: out, kind, format: options.format, weights }, [`${kind} in ${out}`]);
  } finally {
    await source.close();
  }
}
