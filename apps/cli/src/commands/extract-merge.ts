import { join } from 'node:path';
import { DataError } from '@restok/core';
import type { CodeManifest } from '@restok/data';
import {
  codePaths,
  extractionMethods,
  openCodeFolder,
  readCodeFile,
  readLabelFile,
  writeNpz,
} from '@restok/data';
import { bytesDigest, DIGEST_BYTES } from '../file-digest';
import type { ShardJob } from '../shards/job-folder';
import { allShards } from '../shards/shard-files';
import type { Report } from '../shards/sharded-command';
import { stoppable } from '../stop-signals';

/**
 * The last step of `restok extract` in shards: reads the codes of every picture and writes `index.npz` into each
 * split, with `labels` int32 `[N]` and `sha256` uint8 `[N, 32]` of each picture's indices (int32, `[crops, L]`).
 *
 * @throws DataError when shards or codes are missing, damaged, or of different tokenizers.
 */
export async function mergeExtraction(folder: string, job: ShardJob): Promise<Report> {
  const [first] = await allShards(folder, job);
  const splits: { split: string; folder: string; pictures: number; crops: number; index: string }[] = [];
  let numLatents = 0;
  for (const split of Object.keys(job.settings)) {
    const splitFolder = join(folder, split);
    const { manifest } = await openCodeFolder(splitFolder);
    if (manifest.tokenizer !== first!.inputs['tokenizer']) {
      throw new DataError(
        `restok: the codes in ${splitFolder} must be of the tokenizer of its shards, got another one. Delete the folder and run restok extract again.`,
      );
    }
    const index = await writeIndex(splitFolder, manifest);
    const { numCrops } = extractionMethods[manifest.crops];
    splits.push({ split, folder: splitFolder, pictures: manifest.count, crops: numCrops, index });
    ({ numLatents } = manifest);
  }
  return {
    data: { folder, numLatents, shards: job.shards, splits },
    lines: splits.map(
      ({ pictures, crops, index }) =>
        `${pictures} pictures, ${crops === 1 ? '1 crop' : `${crops} crops`} of ${numLatents} latents each: ${index}`,
    ),
  };
}

async function writeIndex(folder: string, manifest: CodeManifest): Promise<string> {
  const { count } = manifest;
  const labels = new Int32Array(count);
  const sha256 = new Uint8Array(count * DIGEST_BYTES);
  for (let picture = 0; picture < count; picture++) {
    const paths = codePaths(folder, manifest, picture);
    const { indices } = await readCodeFile(paths.codes);
    const bytes = new Uint8Array(indices.buffer, indices.byteOffset, indices.byteLength);
    sha256.set(bytesDigest(bytes), picture * DIGEST_BYTES);
    labels[picture] = await readLabelFile(paths.label);
  }
  const index = join(folder, 'index.npz');
  const arrays = {
    labels: { shape: [count], values: labels },
    sha256: { shape: [count, DIGEST_BYTES], values: sha256 },
  };
  await stoppable(() => writeNpz(index, arrays), { folder });
  return index;
}
