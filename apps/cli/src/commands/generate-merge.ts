import { join } from 'node:path';
import { DataError } from '@restok/core';
import { writeNpz } from '@restok/data';
import { blocksOf, picturesOf } from '../shards/blocks';
import type { ShardJob } from '../shards/job-folder';
import { wholeIn } from '../shards/json-shape';
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
  const bytes = size * size * 3;
  const values = new Uint8Array(count * bytes);
  for (const manifest of await allShards(folder, job)) {
    const pictures = picturesOf(blocksOf(count, block, { number: manifest.shard, count: job.shards }));
    const { arr_0 } = await readShardArrays(folder, manifest, ['arr_0']);
    if (!(arr_0.values instanceof Uint8Array) || arr_0.values.length !== pictures.length * bytes) {
      throw new DataError(
        `restok: shard ${manifest.shard} of ${folder} must hold ${pictures.length} pictures of ${size} x ${size}, got [${arr_0.shape.join(', ')}]. Delete it and make it again.`,
      );
    }
    const rows = arr_0.values;
    pictures.forEach((picture, row) => {
      values.set(rows.subarray(row * bytes, (row + 1) * bytes), picture * bytes);
    });
  }
  const file = join(folder, SAMPLES);
  await stoppable(() => writeNpz(file, { arr_0: { shape: [count, size, size, 3], values } }), { folder });
  return {
    data: { folder, shards: job.shards, pictures: count, file },
    lines: [`${count} pictures of ${size} x ${size} from ${job.shards} shards: ${file}`],
  };
}
