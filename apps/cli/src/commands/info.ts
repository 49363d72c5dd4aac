import { parseTokenizerConfig } from '@restok/core';
import type { OpenedModel } from '@restok/hub';
import { openModel } from '@restok/hub';
import { ResTok, tokenizerArchitecture } from '@restok/tokenizer';
import type { CommonOptions } from '../load-tokenizer';
import type { ModelDescription } from '../model-description';
import { commonFacts, memoryText, PROGRAM_BYTES, sizeText } from '../model-description';
import { isGenerator } from '../model-kind';
import { createOutput } from '../output';
import { shippedTokenizer } from '../shipped-model';
import { describeGenerator } from './info-generator';

/** Working memory for each pixel of a picture, and its bound, measured at 64 x 64 and at the released size. */
const WORKING_BYTES_PER_PIXEL = 24_000;
const MAX_WORKING_BYTES = 1.5e9 - PROGRAM_BYTES;

export interface InfoOptions extends CommonOptions {
  readonly revision?: string;
}

/** `restok info`: what a model is, from its config and the header of its weights alone, wherever it lies. */
export async function info(model: string | undefined, options: InfoOptions): Promise<void> {
  const { revision } = options;
  const opened = await openModel(model ?? shippedTokenizer(), { access: 'ranges', revision });
  try {
    const { data, lines } = isGenerator(opened) ? describeGenerator(opened) : describeTokenizer(opened);
    createOutput(options).result(data, [...lines, 'config', ...configLines(data.config)]);
  } finally {
    await opened.close();
  }
}

function describeTokenizer(opened: OpenedModel): ModelDescription {
  const config = parseTokenizerConfig(opened.config);
  const { schedule, cropSize } = tokenizerArchitecture(config);
  const parameters = countParameters(config);
  const { dtypes, license } = commonFacts(opened, config);
  const { codebook_size: codebookSize, token_size: codeWidth } = config.model.vq_model;
  const bitsPerPicture = schedule.numLatents * Math.log2(codebookSize);
  const working = Math.min(MAX_WORKING_BYTES, cropSize * cropSize * WORKING_BYTES_PER_PIXEL);
  const memoryBytes = Math.round(PROGRAM_BYTES + parameters * Float32Array.BYTES_PER_ELEMENT + working);
  const data = {
    model: opened.description,
    kind: 'tokenizer',
    size: cropSize,
    numLatents: schedule.numLatents,
    levelSizes: schedule.levelSizes,
    codebookSize,
    codeWidth,
    bitsPerPicture,
    parameters,
    dtypes,
    memoryBytes,
    license,
    config,
  };
  return {
    data,
    lines: [
      `${data.model}: a tokenizer of ${sizeText(parameters, dtypes)}`,
      `pictures   ${cropSize} x ${cropSize}`,
      `latents    ${schedule.numLatents} in levels of ${schedule.levelSizes.join(', ')}`,
      `codebook   ${codebookSize} codes of ${codeWidth} values; ${Number(bitsPerPicture.toFixed(1))} bits a picture`,
      `memory     ${memoryText(memoryBytes)}`,
      `licence    ${license}`,
    ],
  };
}

/** Of the model itself: a file may also hold weights that only training needs. Nothing is loaded. */
function countParameters(config: ConstructorParameters<typeof ResTok>[0]): number {
  const tokenizer = new ResTok(config);
  try {
    return tokenizer.numParameters;
  } finally {
    tokenizer.dispose();
  }
}

/** Every value with its dotted name, as `key=value`. */
function configLines(value: unknown, name = ''): string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, child]) =>
      configLines(child, name === '' ? key : `${name}.${key}`),
    );
  }
  return [`  ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
}
