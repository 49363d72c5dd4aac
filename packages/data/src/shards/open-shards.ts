import PQueue from 'p-queue';
import { DataError } from '@restok/core/errors';
import type { PassedOver, PicturePlace, PlacedPictures } from '../dataset';
import { checkIndex, NAMES_TOLD } from '../dataset';
import { checkSides } from '../picture';
import type { CropOptions } from '../read-cropped';
import { folderCrop, readCropped } from '../read-cropped';
import { readPlacedPicture } from '../read-placed-picture';
import { shownName } from './byte-source';
import { openShardIndex } from './index-store';
import { labelScheme } from './label-scheme';
import type { ShardIndex } from './shard-index';
import { shardNames } from './shard-names';

export interface ShardOptions extends CropOptions {
  /** Where indices of shards are kept, so that they are made once; made when it is missing. */
  readonly indexFolder?: string;
  /** Told after every shard whose index is there. */
  readonly onShard?: (done: number, total: number) => void;
}

/** Pictures in tar shards. */
export interface ShardPictures extends PlacedPictures {
  /** Samples without a picture, with several, or without a label. */
  readonly passedOver: PassedOver;
}

/** Shards whose headers are read at the same time: while one waits for the disk another is parsed. */
const SHARDS_AT_A_TIME = 4;

/**
 * Opens tar shards in the form of WebDataset as one data set. Headers and labels are read at once, pictures when they
 * are asked for, each by itself, so pictures come in any order and nothing larger than one is in memory.
 *
 * @param pattern paths and http(s) URLs as `shardNames` takes them.
 * @throws DataError in one line when a shard is missing, damaged or cut off, or there is no picture at all. A damaged
 *   picture is an error of `read` that names it.
 */
export async function openShards(pattern: string, options: ShardOptions): Promise<ShardPictures> {
  const { size, indexFolder, onShard } = options;
  checkSides('openShards', size, size);
  const shards = shardNames(pattern);
  const indices = await openIndices(shards, indexFolder, onShard);
  const { classNames, labelNumber } = labelScheme(indices.flatMap(({ labelTexts }) => labelTexts));
  const skipped = indices.flatMap((index, shard) =>
    index.skipped.map(({ key, problem }) => `${shownName(shards[shard]!)}: ${key} (${problem})`),
  );
  const total = indices.reduce((sum, { keys }) => sum + keys.length, 0);
  const [shardOf, sampleOf, labels] = [new Uint32Array(total), new Uint32Array(total), new Int32Array(total)];
  let count = 0;
  for (const [shard, index] of indices.entries()) {
    for (const [sample, label] of index.labels.entries()) {
      const number = labelNumber(index.labelTexts[label]!);
      if (number === undefined) {
        const problem = labelProblem(index.labelTexts[label]!);
        skipped.push(`${shownName(shards[shard]!)}: ${index.keys[sample]} (${problem})`);
        continue;
      }
      shardOf[count] = shard;
      sampleOf[count] = sample;
      labels[count] = number;
      count += 1;
    }
  }
  if (count === 0) {
    const reason = skipped.length === 0 ? '' : `: ${skipped[0]}`;
    throw new DataError(
      `openShards: ${pattern} must hold pictures (.jpg, .jpeg, .png or .webp), got none${reason}. Check the shards.`,
      { skipped: skipped.length },
    );
  }
  const find = (index: number): { shard: string; of: ShardIndex; sample: number } => {
    const i = checkIndex('openShards', index, count);
    return { shard: shards[shardOf[i]!]!, of: indices[shardOf[i]!]!, sample: sampleOf[i]! };
  };
  const place = (index: number): PicturePlace => {
    const { shard, of, sample } = find(index);
    const part = { offset: of.offsets[sample]!, length: of.lengths[sample]! };
    return { name: `${shownName(shard)}: ${of.keys[sample]}`, path: shard, part };
  };
  const picture: PlacedPictures['picture'] = async (index) => readPlacedPicture(place(index));
  const crop = folderCrop(options);
  return {
    ...{ size, count, classNames, place, picture },
    label: (index) => labels[checkIndex('openShards', index, count)]!,
    name: (index) => place(index).name,
    read: (chosen, { random } = {}) => readCropped({ picture, crop }, chosen, random),
    passedOver: { count: skipped.length, names: skipped.slice(0, NAMES_TOLD) },
  };
}

async function openIndices(
  shards: readonly string[],
  folder: string | undefined,
  onShard: ShardOptions['onShard'],
): Promise<ShardIndex[]> {
  const queue = new PQueue({ concurrency: SHARDS_AT_A_TIME });
  let done = 0;
  try {
    return await queue.addAll(
      shards.map((shard) => async () => {
        const index = await openShardIndex(shard, folder);
        onShard?.(++done, shards.length);
        return index;
      }),
    );
  } finally {
    // After an error the rest need not be read.
    queue.clear();
  }
}

function labelProblem(text: string): string {
  return text === '' ? 'no label' : `a label ${text} out of range`;
}
