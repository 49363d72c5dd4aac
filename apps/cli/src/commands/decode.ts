import { join } from 'node:path';
import { tensor2d } from '@tensorflow/tfjs-core';
import { DataError } from '@restok/core';
import { readCodes, writePng } from '@restok/data';
import { outputNames } from '../file-names';
import type { TokenizerOptions } from '../load-tokenizer';
import { withTokenizer } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { asPicture } from '../picture-batch';

/** `restok decode`: indices of a .npz to PNGs. */
export async function decode(
  codesFile: string,
  options: TokenizerOptions & { readonly out: string; readonly keep?: number },
): Promise<void> {
  const output = createOutput(options);
  const { names, indices, numLatents } = await readCodes(codesFile);
  await withTokenizer(options, output, async (tokenizer) => {
    if (numLatents !== tokenizer.numLatents) {
      throw new DataError(
        `decode: ${codesFile} holds ${numLatents} latents a picture, the model has ${tokenizer.numLatents}. Pass the model that made them with --model.`,
      );
    }
    const files = outputNames(names).map((name) => join(options.out, `${name}.png`));
    const startedAt = performance.now();
    for (const [i, file] of files.entries()) {
      const row = tensor2d(indices.slice(i * numLatents, (i + 1) * numLatents), [1, numLatents], 'int32');
      const decoded = tokenizer.decodeIndices(row, { numKept: options.keep });
      row.dispose();
      await writePng(file, await asPicture(decoded));
      output.progress(rateText(i + 1, files.length, startedAt, 'pictures'));
    }
    output.result({ files }, files);
  });
}
