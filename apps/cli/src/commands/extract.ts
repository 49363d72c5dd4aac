import { dirname, join } from 'node:path';
import { tensor4d } from '@tensorflow/tfjs-core';
import type { CodeManifest, Picture, StoredPictures } from '@restok/data';
import {
  beginCodeFolder,
  codePaths,
  extractionMethods,
  hasPictureCodes,
  toUnitRange,
  writeCodeFile,
  writeLabelFile,
} from '@restok/data';
import type { ResTok } from '@restok/tokenizer';
import type { TokenizerOptions } from '../load-tokenizer';
import { withTokenizer } from '../load-tokenizer';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { checkOutputs } from '../output-files';
import { stoppable } from '../stop-signals';
import { tokenizerDigest } from './extract-digest';
import type { Shard } from './extract-shard';
import { isInShard } from './extract-shard';
import type { Split } from './extract-splits';
import { openSplits } from './extract-splits';

export interface ExtractOptions extends TokenizerOptions {
  readonly data: string;
  readonly out: string;
  readonly tenCrop: boolean;
  readonly shard?: Shard;
}

/** Pictures that go through the tokenizer at once; more take no less time, and their files more to write. */
const MAX_PER_PASS = 16;
/** Their pixels, which the memory needed grows with: 16 pictures of 64 x 64, one of 256 x 256. */
const PIXELS_PER_PASS = 16 * 64 * 64;

/** A split, and which of its pictures have codes. */
interface SplitWork {
  readonly name: string;
  readonly folder: string;
  readonly manifest: CodeManifest;
  readonly pictures: StoredPictures;
  /** Pictures of this shard whose codes are not there. */
  readonly missing: readonly number[];
  readonly numPresent: number;
}

/** `restok extract`: codes of a whole data set in the files that generators are trained on. */
export async function extract(options: ExtractOptions): Promise<void> {
  const output = createOutput(options);
  const { out, shard = { number: 1, count: 1 } } = options;
  await withTokenizer(options, output, {
    async prepare(architecture) {
      const splits = await openSplits(options.data, options.tenCrop, architecture);
      await checkOutputs(
        splits.map(({ name }) => join(out, name, 'codes.json')),
        [],
      );
      return splits;
    },
    async run(tokenizer, splits) {
      const digest = await tokenizerDigest(tokenizer);
      const works: SplitWork[] = [];
      for (const split of splits) {
        works.push(await beginSplit(split, { folder: join(out, split.name), digest, shard, output }));
      }
      await extractMissing(tokenizer, works, output);
      const results = works.map(({ name, folder, manifest, missing, numPresent }) => ({
        split: name,
        folder,
        crops: extractionMethods[manifest.crops].numCrops,
        written: missing.length,
        present: numPresent,
      }));
      const { numLatents } = tokenizer;
      output.result(
        { folder: out, numLatents, shard: `${shard.number}/${shard.count}`, splits: results },
        results.map(
          ({ folder, crops, written, present }) =>
            `${written + present} pictures, ${crops === 1 ? '1 crop' : `${crops} crops`} of ${numLatents} latents each: ${folder} (${written} written, ${present} were there)`,
        ),
      );
    },
  });
}

/** What work on a split needs to know beside the split. */
interface SplitContext {
  readonly folder: string;
  /** Of the tokenizer. */
  readonly digest: string;
  readonly shard: Shard;
  readonly output: Output;
}

/** Makes the folder of a split ready and looks which codes it has. */
async function beginSplit(
  { name, pictures, manifest: described }: Split,
  { folder, digest, shard, output }: SplitContext,
): Promise<SplitWork> {
  const manifest = { ...described, tokenizer: digest };
  await stoppable(() => beginCodeFolder(folder, manifest), { folder });
  const missing: number[] = [];
  let numPresent = 0;
  for (let index = 0; index < pictures.count; index++) {
    if (!isInShard(index, shard)) {
      continue;
    }
    if (await hasPictureCodes(codePaths(folder, manifest, index), manifest)) {
      numPresent++;
      output.progress(`${name}: ${numPresent} codes are there`);
    } else {
      missing.push(index);
    }
  }
  return { name, folder, manifest, pictures, missing, numPresent };
}

async function extractMissing(tokenizer: ResTok, works: readonly SplitWork[], output: Output): Promise<void> {
  const total = works.reduce((sum, { missing }) => sum + missing.length, 0);
  const startedAt = performance.now();
  let numDone = 0;
  for (const work of works) {
    const { crops, size } = work.manifest;
    const cropsPerPass = Math.min(MAX_PER_PASS, Math.max(1, Math.floor(PIXELS_PER_PASS / size ** 2)));
    const picturesPerBatch = Math.max(1, Math.floor(cropsPerPass / extractionMethods[crops].numCrops));
    for (let start = 0; start < work.missing.length; start += picturesPerBatch) {
      const batch = work.missing.slice(start, start + picturesPerBatch);
      await extractBatch(tokenizer, work, { batch, cropsPerPass });
      numDone += batch.length;
      output.progress(rateText(numDone, total, startedAt, 'pictures'));
    }
  }
}

/** Encodes some pictures of a split and writes their files; no signal cuts one off. */
async function extractBatch(
  tokenizer: ResTok,
  { folder, manifest, pictures }: SplitWork,
  { batch, cropsPerPass }: { readonly batch: readonly number[]; readonly cropsPerPass: number },
): Promise<void> {
  const { crop, numCrops } = extractionMethods[manifest.crops];
  const crops: Picture[] = [];
  for (const index of batch) {
    crops.push(...crop(await pictures.picture(index), manifest.size));
  }
  const { numLatents } = tokenizer;
  const indices = await encodeAll(tokenizer, crops, cropsPerPass);
  const length = numCrops * numLatents;
  const write = async (index: number, i: number): Promise<void> => {
    const paths = codePaths(folder, manifest, index);
    const codes = indices.subarray(i * length, (i + 1) * length);
    await writeCodeFile(paths.codes, { numCrops, numLatents, indices: codes });
    await writeLabelFile(paths.label, pictures.label(index));
  };
  const { codes, label } = codePaths(folder, manifest, 0);
  await stoppable(() => Promise.all(batch.map(write)), { folder: [dirname(codes), dirname(label)] });
}

/** Indices `[N, L]` of pictures of the model's size. */
async function encodeAll(
  tokenizer: ResTok,
  pictures: readonly Picture[],
  picturesPerPass: number,
): Promise<Int32Array> {
  const indices = new Int32Array(pictures.length * tokenizer.numLatents);
  for (let start = 0; start < pictures.length; start += picturesPerPass) {
    const some = pictures.slice(start, start + picturesPerPass);
    const { width, height } = some[0]!;
    const values = new Float32Array(some.length * width * height * 3);
    some.forEach((picture, i) => values.set(toUnitRange(picture), i * width * height * 3));
    const pixels = tensor4d(values, [some.length, height, width, 3]);
    const encoded = tokenizer.encode(pixels);
    indices.set(await encoded.indices.data<'int32'>(), start * tokenizer.numLatents);
    [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
  }
  return indices;
}
