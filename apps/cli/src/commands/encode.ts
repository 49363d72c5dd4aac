import { dirname } from 'node:path';
import { writeCodes } from '@restok/data';
import type { TokenizerOptions } from '../load-tokenizer';
import { withTokenizer } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { checkOutputs } from '../output-files';
import { asBatch, readAllForModel } from '../picture-batch';
import { stoppable } from '../stop-signals';

/** `restok encode`: pictures to indices in a .npz. */
export async function encode(
  images: readonly string[],
  options: TokenizerOptions & { readonly out: string },
): Promise<void> {
  const output = createOutput(options);
  await withTokenizer(options, output, {
    async prepare({ cropSize }) {
      await checkOutputs([options.out], images);
      return readAllForModel(images, cropSize, (count) => output.progress(`reading ${count}`));
    },
    async run(tokenizer, read) {
      const { numLatents } = tokenizer;
      const indices = new Int32Array(images.length * numLatents);
      const startedAt = performance.now();
      for (let i = 0; i < images.length; i++) {
        const pixels = asBatch(await read(i));
        const encoded = tokenizer.encode(pixels);
        indices.set(await encoded.indices.data<'int32'>(), i * numLatents);
        [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
        output.progress(rateText(i + 1, images.length, startedAt, 'pictures'));
      }
      await stoppable(() => writeCodes(options.out, { names: images, indices, numLatents }), {
        folder: dirname(options.out),
      });
      const pictures = images.length === 1 ? '1 picture' : `${images.length} pictures`;
      output.result({ file: options.out, pictures: images.length, numLatents }, [
        `${pictures} of ${numLatents} latents each: ${options.out}`,
      ]);
    },
  });
}
