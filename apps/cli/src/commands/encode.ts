import { dirname } from 'node:path';
import { writeCodes } from '@restok/data';
import type { RefineOption } from '../find-codes';
import type { CoderOptions } from '../load-tokenizer';
import { withCoder } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { checkOutputs } from '../output-files';
import { readAllForModel } from '../picture-batch';
import { stoppable } from '../stop-signals';

/** `restok encode`: pictures to indices in a .npz. */
export async function encode(
  images: readonly string[],
  options: CoderOptions & RefineOption & { readonly out: string },
): Promise<void> {
  const output = createOutput(options);
  await withCoder(options, output, {
    async prepare({ cropSize }) {
      await checkOutputs([options.out], images);
      return readAllForModel(images, cropSize, (count) => output.progress(`reading ${count}`));
    },
    async run(tokenizer, read) {
      const { numLatents } = tokenizer;
      const indices = new Int32Array(images.length * numLatents);
      const startedAt = performance.now();
      for (let i = 0; i < images.length; i++) {
        indices.set(await tokenizer.encode([await read(i)]), i * numLatents);
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
