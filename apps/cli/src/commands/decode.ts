import { join } from 'node:path';
import { DataError } from '@restok/core';
import type { Codes } from '@restok/data';
import { readCodes } from '@restok/data';
import type { TokenizerArchitecture } from '@restok/tokenizer';
import { outputNames } from '../file-names';
import type { CoderOptions } from '../load-tokenizer';
import { withCoder } from '../load-tokenizer';
import { checkKept } from '../model-limits';
import { createOutput, rateText } from '../output';
import { checkOutputs, writePngWhole } from '../output-files';

/** `restok decode`: indices of a .npz to PNGs. */
export async function decode(
  codesFile: string,
  options: CoderOptions & { readonly out: string; readonly keep?: number },
): Promise<void> {
  const output = createOutput(options);
  await withCoder(options, output, {
    async prepare(architecture) {
      checkKept(options.keep === undefined ? [] : [options.keep], architecture);
      const codes = await readCodes(codesFile);
      checkCodes(codes, codesFile, architecture);
      const files = outputNames(codes.names, ['.png']).map((name) => join(options.out, `${name}.png`));
      await checkOutputs(files, [codesFile]);
      return { codes, files };
    },
    async run(tokenizer, { codes: { indices, numLatents }, files }) {
      const startedAt = performance.now();
      for (const [i, file] of files.entries()) {
        const row = indices.slice(i * numLatents, (i + 1) * numLatents);
        const [picture] = await tokenizer.decode(row, options.keep);
        await writePngWhole(file, picture!);
        output.progress(rateText(i + 1, files.length, startedAt, 'pictures'));
      }
      output.result({ files }, files);
    },
  });
}

/** Codes must be those of a model of this size. */
function checkCodes(codes: Codes, file: string, { schedule, model }: TokenizerArchitecture): void {
  const { indices, numLatents, names } = codes;
  if (names.length === 0) {
    throw new DataError(`decode: ${file} holds no pictures. Write it with restok encode.`);
  }
  if (numLatents !== schedule.numLatents) {
    throw new DataError(
      `decode: ${file} holds ${numLatents} latents a picture, the model has ${schedule.numLatents}. Pass the model that made them with --model.`,
    );
  }
  const unknown = indices.find((index) => index < 0 || index >= model.codebook_size);
  if (unknown !== undefined) {
    throw new DataError(
      `decode: ${file} holds the index ${unknown}, the model's codebook ends at ${model.codebook_size - 1}. Pass the model that made them with --model.`,
    );
  }
}
