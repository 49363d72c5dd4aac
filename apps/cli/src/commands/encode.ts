import { writeCodes } from '@restok/data';
import type { TokenizerOptions } from '../load-tokenizer';
import { pictureSize, withTokenizer } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { asBatch, readForModel } from '../picture-batch';

/** `restok encode`: pictures to indices in a .npz. */
export async function encode(
  images: readonly string[],
  options: TokenizerOptions & { readonly out: string },
): Promise<void> {
  const output = createOutput(options);
  await withTokenizer(options, output, async (tokenizer) => {
    const { numLatents } = tokenizer;
    const indices = new Int32Array(images.length * numLatents);
    const startedAt = performance.now();
    for (const [i, image] of images.entries()) {
      const pixels = asBatch(await readForModel(image, pictureSize(tokenizer)));
      const encoded = tokenizer.encode(pixels);
      indices.set(await encoded.indices.data<'int32'>(), i * numLatents);
      [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
      output.progress(rateText(i + 1, images.length, startedAt, 'pictures'));
    }
    await writeCodes(options.out, { names: images, indices, numLatents });
    output.result({ file: options.out, pictures: images.length, numLatents }, [
      `${images.length} pictures of ${numLatents} latents each: ${options.out}`,
    ]);
  });
}
