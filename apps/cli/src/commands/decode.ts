import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { DataError } from '@restok/core';
import type { Codes, Picture } from '@restok/data';
import { openCodeFolder, readCodes, writeNpz } from '@restok/data';
import type { TokenizerArchitecture } from '@restok/tokenizer';
import { outputNames } from '../file-names';
import type { CoderOptions } from '../load-tokenizer';
import { withCoder } from '../load-tokenizer';
import { checkKept } from '../model-limits';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { checkOutputs, writePngWhole } from '../output-files';
import type { PictureCoder } from '../picture-coder';
import { blocksOf } from '../shards/blocks';
import { stoppable } from '../stop-signals';
import { checkNpzSize, isNpz } from './generate-checks';

/** Pictures whose files of codes are open at the same time. */
const FILES_AT_ONCE = 256;

export interface DecodeOptions extends CoderOptions {
  /** A folder of PNGs, or a .npz of arr_0. */
  readonly out: string;
  readonly keep?: number;
}

/** `restok decode`: indices to pictures, as PNGs or as a .npz for evaluation. */
export async function decode(place: string, options: DecodeOptions): Promise<void> {
  const { out, keep } = options;
  const output = createOutput(options);
  await withCoder(options, output, {
    async prepare(architecture) {
      checkKept(keep === undefined ? [] : [keep], architecture);
      const codes = (await isFolder(place)) ? await codesOfFolder(place) : await readCodes(place);
      checkCodes(codes, place, architecture);
      const files = isNpz(out)
        ? [out]
        : outputNames(codes.names, ['.png']).map((name) => join(out, `${name}.png`));
      if (isNpz(out)) {
        checkNpzSize(codes.names.length, architecture.cropSize);
      }
      await checkOutputs(files, [place]);
      return { codes, files };
    },
    async run(tokenizer, { codes, files }) {
      const pictures = decoded(tokenizer, codes, keep, output);
      await (isNpz(out) ? writeArchive(out, pictures, codes.names.length) : writePngs(files, pictures));
      output.result({ files }, files);
    },
  });
}

/** Codes that `restok extract` wrote, of each picture its plain crop; their names are their numbers. */
async function codesOfFolder(folder: string): Promise<Codes> {
  const { count, numLatents, read } = await openCodeFolder(folder);
  const indices = new Int32Array(count * numLatents);
  for (const { start, end } of blocksOf(count, FILES_AT_ONCE)) {
    const block = await read(Array.from({ length: end - start }, (_, i) => start + i));
    indices.set(block.indices, start * numLatents);
  }
  return { names: Array.from({ length: count }, (_, i) => String(i)), indices, numLatents };
}

async function* decoded(
  tokenizer: PictureCoder,
  { names, indices, numLatents }: Codes,
  keep: number | undefined,
  output: Output,
): AsyncGenerator<Picture> {
  const startedAt = performance.now();
  for (let i = 0; i < names.length; i++) {
    const [picture] = await tokenizer.decode(indices.slice(i * numLatents, (i + 1) * numLatents), keep);
    yield picture!;
    output.progress(rateText(i + 1, names.length, startedAt, 'pictures'));
  }
}

async function writePngs(files: readonly string[], pictures: AsyncIterable<Picture>): Promise<void> {
  let written = 0;
  for await (const picture of pictures) {
    await writePngWhole(files[written++]!, picture);
  }
}

/** All pictures as arr_0, uint8 `[N, H, W, 3]`: what evaluation suites and `restok eval generation` read. */
async function writeArchive(file: string, pictures: AsyncIterable<Picture>, count: number): Promise<void> {
  const all: Picture[] = [];
  for await (const picture of pictures) {
    all.push(picture);
  }
  const { width, height } = all[0]!;
  const shape = [count, height, width, 3];
  const parts = Readable.from(all.map(({ pixels }) => pixels));
  await stoppable(() => writeNpz(file, { arr_0: { shape, parts } }), { folder: dirname(file) });
}

/** Codes must be those of a model of this size. */
function checkCodes(codes: Codes, file: string, { schedule, model }: TokenizerArchitecture): void {
  const { indices, numLatents, names } = codes;
  if (names.length === 0) {
    throw new DataError(`decode: ${file} holds no pictures. Write it with restok encode or restok extract.`);
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

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
