import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { writePng } from '@restok/data';
import { mixLevels } from '@restok/tokenizer';
import type { TokenizerOptions } from '../load-tokenizer';
import { pictureSize, withTokenizer } from '../load-tokenizer';
import { createOutput } from '../output';
import { asBatch, asPicture, readForModel } from '../picture-batch';

/** `restok mix`: some levels of one picture, the rest of another. */
export async function mix(
  first: string,
  second: string,
  options: TokenizerOptions & { readonly levels: readonly number[]; readonly out: string },
): Promise<void> {
  const output = createOutput(options);
  await withTokenizer(options, output, async (tokenizer) => {
    const indices: Int32Array[] = [];
    for (const path of [first, second]) {
      const pixels = asBatch(await readForModel(path, pictureSize(tokenizer)));
      const encoded = tokenizer.encode(pixels);
      indices.push(Int32Array.from(await encoded.indices.data()));
      [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
    }
    const mixed = mixLevels(indices[0]!, indices[1]!, tokenizer.levelSizes, options.levels);
    const decoded = tidy(() => tokenizer.decodeIndices(tensor2d(mixed, [1, tokenizer.numLatents], 'int32')));
    await writePng(options.out, await asPicture(decoded));
    output.result({ file: options.out, levels: options.levels, indices: [...mixed] }, [
      `levels ${options.levels.join(', ')} of ${first}, the rest of ${second}: ${options.out}`,
    ]);
  });
}
