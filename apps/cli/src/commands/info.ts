import { parseTokenizerConfig } from '@restok/core';
import { openModel } from '@restok/hub';
import { tokenizerArchitecture } from '@restok/tokenizer';
import { createOutput } from '../output';
import { shippedTokenizer } from '../shipped-model';

/** Working memory on top of the weights, measured at the released size. */
const WORKING_BYTES = 1.5 * 2 ** 30;

/** `restok info`: what a model is, from its config and the header of its weights alone. */
export async function info(model: string | undefined, options: { readonly json: boolean }): Promise<void> {
  const opened = await openModel(model ?? shippedTokenizer());
  try {
    const config = parseTokenizerConfig(opened.config);
    const { schedule, cropSize } = tokenizerArchitecture(config);
    let parameters = 0;
    for (const { shape } of opened.weights.entries.values()) {
      parameters += shape.reduce((product, side) => product * side, 1);
    }
    const { codebook_size: codebookSize, token_size: codeWidth } = config.model.vq_model;
    const bitsPerPicture = schedule.numLatents * Math.log2(codebookSize);
    const license = typeof config.license === 'string' ? config.license : 'not stated';
    const memoryBytes = parameters * 4 + Math.min(WORKING_BYTES, cropSize * cropSize * 24_000);
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
      memoryBytes: Math.round(memoryBytes),
      license,
      config,
    };
    createOutput(options).result(data, [
      `${data.model}: a tokenizer of ${(parameters / 1e6).toFixed(2)}M parameters`,
      `pictures   ${cropSize} x ${cropSize}`,
      `latents    ${schedule.numLatents} in levels of ${schedule.levelSizes.join(', ')}`,
      `codebook   ${codebookSize} codes of ${codeWidth} values; ${bitsPerPicture} bits a picture`,
      `memory     about ${Math.ceil(memoryBytes / 2 ** 20)} MiB`,
      `licence    ${license}`,
    ]);
  } finally {
    await opened.close();
  }
}
