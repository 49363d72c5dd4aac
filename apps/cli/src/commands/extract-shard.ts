import { dirname, join } from 'node:path';
import type { CodeManifest, Picture, StoredPictures } from '@restok/data';
import {
  beginCodeFolder,
  codePaths,
  extractionMethods,
  hasPictureCodes,
  writeCodeFile,
  writeLabelFile,
} from '@restok/data';
import type { Output } from '../output';
import { rateText } from '../output';
import { otherEvents } from '../other-events';
import type { PictureCoder } from '../picture-coder';
import { picturesPerPass } from '../pictures-per-pass';
import type { Block } from '../shards/blocks';
import { blocksOf, picturesOf } from '../shards/blocks';
import type { Shard } from '../shards/shard';
import { shardText } from '../shards/shard';
import type { Report } from '../shards/sharded-command';
import { stoppable } from '../stop-signals';
import type { Split } from './extract-splits';

/** A split, and which of its pictures this process makes. */
interface SplitWork {
  readonly name: string;
  readonly folder: string;
  readonly manifest: CodeManifest;
  readonly pictures: StoredPictures;
  /** Blocks of the shard in which codes are missing; one is computed whole, and what is missing is written. */
  readonly blocks: readonly { readonly block: Block; readonly missing: readonly number[] }[];
  readonly numPresent: number;
}

/** What work on a shard needs to know beside the splits. */
interface ShardContext {
  readonly out: string;
  readonly shard: Shard;
  readonly output: Output;
}

/** What was done for a shard. */
interface ExtractedShard extends Report {
  readonly pictures: number;
  readonly tokenizerSha256: string;
}

/** Makes those codes of a shard that are not there. */
export async function extractShard(
  tokenizer: PictureCoder,
  splits: readonly Split[],
  { out, shard, output }: ShardContext,
): Promise<ExtractedShard> {
  const tokenizerSha256 = await tokenizer.digest();
  const works: SplitWork[] = [];
  for (const split of splits) {
    const context = { folder: join(out, split.name), digest: tokenizerSha256, shard, output };
    works.push(await beginSplit(split, context));
  }
  await extractMissing(tokenizer, works, output);
  const results = works.map((work) => ({
    split: work.name,
    folder: work.folder,
    crops: extractionMethods[work.manifest.crops].numCrops,
    written: numMissing(work),
    present: work.numPresent,
  }));
  const { numLatents } = tokenizer;
  return {
    data: { folder: out, numLatents, shard: shardText(shard), splits: results },
    lines: results.map(
      ({ folder, crops, written, present }) =>
        `${written + present} pictures, ${crops === 1 ? '1 crop' : `${crops} crops`} of ${numLatents} latents each: ${folder} (${written} written, ${present} were there)`,
    ),
    pictures: results.reduce((sum, { written, present }) => sum + written + present, 0),
    tokenizerSha256,
  };
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
  const blocks: SplitWork['blocks'][number][] = [];
  let numPresent = 0;
  for (const block of blocksOf(pictures.count, picturesPerBlock(manifest), shard)) {
    const missing: number[] = [];
    for (const index of picturesOf([block])) {
      if (await hasPictureCodes(codePaths(folder, manifest, index), manifest)) {
        numPresent++;
        output.progress(`${name}: ${numPresent} codes are there`);
      } else {
        missing.push(index);
      }
    }
    if (missing.length > 0) {
      blocks.push({ block, missing });
    }
  }
  return { name, folder, manifest, pictures, blocks, numPresent };
}

function numMissing({ blocks }: SplitWork): number {
  return blocks.reduce((sum, { missing }) => sum + missing.length, 0);
}

function picturesPerBlock(manifest: CodeManifest): number {
  return Math.max(1, Math.floor(picturesPerPass(manifest.size) / extractionMethods[manifest.crops].numCrops));
}

async function extractMissing(
  tokenizer: PictureCoder,
  works: readonly SplitWork[],
  output: Output,
): Promise<void> {
  const total = works.reduce((sum, work) => sum + numMissing(work), 0);
  const startedAt = performance.now();
  let numDone = 0;
  for (const work of works) {
    for (const { block, missing } of work.blocks) {
      await extractBlock(tokenizer, work, { block, missing });
      numDone += missing.length;
      output.progress(rateText(numDone, total, startedAt, 'pictures'));
    }
  }
}

/** Encodes a block of a split and writes the files that are missing; no signal cuts one off. */
async function extractBlock(
  tokenizer: PictureCoder,
  { folder, manifest, pictures }: SplitWork,
  { block, missing }: SplitWork['blocks'][number],
): Promise<void> {
  const { crop, numCrops } = extractionMethods[manifest.crops];
  const crops: Picture[] = [];
  for (const index of picturesOf([block])) {
    crops.push(...crop(await pictures.picture(index), manifest.size));
  }
  const { numLatents } = tokenizer;
  const indices = await encodeAll(tokenizer, crops, picturesPerPass(manifest.size));
  const length = numCrops * numLatents;
  const write = async (index: number): Promise<void> => {
    const paths = codePaths(folder, manifest, index);
    const start = (index - block.start) * length;
    const codes = indices.subarray(start, start + length);
    await writeCodeFile(paths.codes, { numCrops, numLatents, indices: codes });
    await writeLabelFile(paths.label, pictures.label(index));
  };
  const { codes, label } = codePaths(folder, manifest, 0);
  await stoppable(() => Promise.all(missing.map(write)), { folder: [dirname(codes), dirname(label)] });
}

/** Indices `[N, L]` of pictures of the model's size. */
async function encodeAll(
  tokenizer: PictureCoder,
  pictures: readonly Picture[],
  picturesPerPass: number,
): Promise<Int32Array> {
  const indices = new Int32Array(pictures.length * tokenizer.numLatents);
  for (let start = 0; start < pictures.length; start += picturesPerPass) {
    const some = pictures.slice(start, start + picturesPerPass);
    indices.set(await tokenizer.encode(some), start * tokenizer.numLatents);
    await otherEvents();
  }
  return indices;
}
