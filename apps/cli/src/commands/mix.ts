import { mixLevels } from '@restok/tokenizer';
import type { CoderOptions } from '../load-tokenizer';
import { withCoder } from '../load-tokenizer';
import { checkLevels } from '../model-limits';
import { createOutput } from '../output';
import { checkOutputs, checkPngName, writePngWhole } from '../output-files';
import { readAllForModel } from '../picture-batch';

/** `restok mix`: some levels of one picture, the rest of another. */
export async function mix(
  first: string,
  second: string,
  options: CoderOptions & { readonly levels: readonly number[]; readonly out: string },
): Promise<void> {
  const output = createOutput(options);
  const { levels, out } = options;
  checkPngName(out);
  await withCoder(options, output, {
    async prepare(architecture) {
      checkLevels(levels, architecture);
      await checkOutputs([out], [first, second]);
      return readAllForModel([first, second], architecture.cropSize, () => undefined);
    },
    async run(tokenizer, read) {
      const indices: Int32Array[] = [];
      for (const i of [0, 1]) {
        indices.push(await tokenizer.encode([await read(i)]));
      }
      const mixed = mixLevels(indices[0]!, indices[1]!, tokenizer.levelSizes, levels);
      const [picture] = await tokenizer.decode(mixed);
      await writePngWhole(out, picture!);
      output.result({ file: out, levels, indices: [...mixed] }, [
        `levels ${levels.join(', ')} of ${first}, the rest of ${second}: ${out}`,
      ]);
    },
  });
}
