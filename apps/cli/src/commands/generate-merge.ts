import { join } from 'node:path';
import { DataError } from '@restok/core';
import { writeNpz } from '@restok/data';
import { blocksOf, picturesOf } from '../shards/blocks';
import type { ShardJob } from '../shards/job-folder';
import { wholeIn } from '../shards/json-shape';
import { RowFile } from '../shards/row-file';
import type { ShardManifest } from '../shards/shard-files';
import { allShards, readShardArrays } from '../shards/shard-files';
import type { Report } from '../shards/sharded-command';
import { stoppable } from '../stop-signals';

/** The result, in the form of the ADM evaluation suite. */
const SAMPLES = 'samples.npz';

/**
 * The last step of `restok generate` in shards: `samples.npz` with all pictures in their order, the bytes that one
 * process writes with `--out samples.npz`.
 *
 * @throws DataError when shards are missing, damaged, or of different models.
 */
export async function mergeGeneration(folder: string, job: ShardJob): Promise<Report> {
  const setting = (name: string): number => wholeIn(1)(job.settings[name], `${name} of job.json`);
  const [count, size, block] = [setting('pictures'), setting('size'), setting('block')];
  const manifests = await allShards(folder, job);
  const file = join(folder, SAMPLES);
  const bytes = size * size * 3;
  await stoppable(
    async () => {
      const rows = await RowFile.open(file, bytes);
      try {
        for (const manifest of manifests) {
          const blocks = blocksOf(count, block, { number: manifest.shard, count: job.shards });
          const pixels = await pixelsOf(folder, manifest, [picturesOf(blocks).length, size, size, 3]);
          let done = 0;
          for (const { start, end } of blocks) {
            const length = (end - start) * bytes;
            await rows.write(start, pixels.subarray(done, done + length));
            done += length;
          }
        }
        await writeNpz(file, { arr_0: { shape: [count, size, size, 3], parts: rows.read() } });
      } finally {
        await rows.close();
      }
    },
    { folder },
  );
  return {
    data: { folder, shards: job.shards, pictures: count, file },
    lines: [`${count} pictures of ${size} x ${size} from ${job.shards} shards: ${file}`],
  };
}

async function pixelsOf(
  folder: string,
  manifest: ShardManifest,
  shape: readonly number[],
): Promise<Uint8Array> {
  const { arr_0 } = await readShardArrays(folder, manifest, ['arr_0']);
  if (!(arr_0.values instanceof Uint8Array) || arr_0.shape.join() !== shape.join()) {
    throw new DataError(
      `restok: shard ${manifest.shard} of ${folder} must hold pictures [${shape.join(', ')}], got [${arr_0.shape.join(', ')}]. Delete it and make it again.`,
    );
  }
  return arr_0.values;
}
