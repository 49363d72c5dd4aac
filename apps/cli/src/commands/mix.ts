import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { mixLevels } from '@restok/tokenizer';
import type { TokenizerOptions } from '../load-tokenizer';
import { withTokenizer } from '../load-tokenizer';
import { checkLevels } from '../model-limits';
import { createOutput } from '../output';
import { checkOutputs, checkPngName, writePngWhole } from '../output-files';
import { asBatch, asPicture, readAllForModel } from '../picture-batch';

/** `restok mix`: some levels of one picture, the rest of another. */
export async function mix(
  first: string,
  second: string,
  options: TokenizerOptions & { readonly levels: readonly number[]; readonly out: string },
): Promise<void> {
  const output = createOutput(options);
  const { levels, out } = options;
  checkPngName(out);
  await withTokenizer(options, output, {
    async prepare(architecture) {
      checkLevels(levels, architecture);
      await checkOutputs([out], [first, second]);
      return readAllForModel([first, second], architecture.cropSize, () => undefined);
    },
    async run(tokenizer, read) {
      const indices: Int32Array[] = [];
      for (const i of [0, 1]) {
        const pixels = asBatch(await read(i));
        const encoded = tokenizer.encode(pixels);
        indices.push(Int32Array.from(await encoded.indices.data()));
        [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
      }
      const mixed = mixLevels(indices[0]!, indices[1]!, tokenizer.levelSizes, levels);
      const decoded = tidy(() =>
        tokenizer.decodeIndices(tensor2d(mixed, [1, tokenizer.numLatents], 'int32')),
      );
      await writePngWhole(out, await asPicture(decoded));
      output.result({ file: out, levels, indices: [...mixed] }, [
        `levels ${levels.join(', ')} of ${first}, the rest of ${second}: ${out}`,
      ]);
    },
  });
}
