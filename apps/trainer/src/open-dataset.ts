import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import type { PictureCrop, PlacedPictures } from '@restok/data';
import { isShardPattern, openEmoji, openImageFolder, openShards, PictureLoader } from '@restok/data';
import type {
  PictureParams,
  PreprocessingConfig,
  TokenizerTrainingConfig,
  UpdateSections,
} from '@restok/training';
import { pictureCropOf } from './picture-crop-of';
import { TrainingPictures } from './training-pictures';

/** Which pictures, and how they are read and cropped where they are no emoji set. */
export interface PictureSource {
  /** An emoji folder (it has a manifest), a folder of pictures, or tar shards as `openShards` takes them. */
  readonly path: string;
  readonly crop: PictureCrop;
  /** Threads that read and decode. */
  readonly threads: number;
  /** Where indices of shards are kept. */
  readonly indexFolder: string;
}

/** The sections of a config that say which pictures there are. */
export interface PictureSections {
  readonly dataset: { readonly params: PictureParams; readonly preprocessing: PreprocessingConfig };
  readonly experiment: { readonly output_dir: string };
  readonly training: UpdateSections['training'];
}

/** Threads that decode where a config does not say. */
const DEFAULT_THREADS = 2;

/**
 * Opens a data set for training.
 *
 * @param split the emoji set keeps a test split; other sets serve whole for both.
 * @returns owned by the caller, who closes it.
 * @throws DataError when there is nothing to train on.
 */
export async function openPictures(
  { path, crop, threads, indexFolder }: PictureSource,
  split: 'train' | 'test',
): Promise<TrainingPictures> {
  if (!isShardPattern(path) && existsSync(join(path, 'manifest.json'))) {
    const emoji = await openEmoji(path, split);
    if (emoji.size !== crop.size) {
      throw new DataError(
        `openPictures: ${path} holds pictures of ${emoji.size} x ${emoji.size} pixels, but the model takes ${crop.size} x ${crop.size}. Pass a folder of pictures, which are brought to its size.`,
      );
    }
    return new TrainingPictures(emoji);
  }
  const { size } = crop;
  const pictures: PlacedPictures = isShardPattern(path)
    ? await openShards(path, { size, indexFolder })
    : await openImageFolder(path, { size });
  return new TrainingPictures(new PictureLoader(pictures, { crop, threads }));
}

/**
 * What a config says of the pictures of a split.
 *
 * @param size sides of the crops, in pixels.
 * @throws ConfigError when its preprocessing fits no picture.
 */
export function pictureSource(
  { dataset, experiment, training }: PictureSections,
  size: number,
  split: 'train' | 'test',
): PictureSource {
  const { train_shards_path_or_url: train, eval_shards_path_or_url: evaluation } = dataset.params;
  const hasOwn = split === 'test' && evaluation !== undefined && evaluation !== null && evaluation !== '';
  return {
    path: hasOwn ? evaluation : train!,
    crop: pictureCropOf(dataset.preprocessing, size),
    threads: threadsOf(dataset.params.num_workers_per_gpu, training),
    indexFolder: join(experiment.output_dir, 'shard-index'),
  };
}

/** The pictures that a tokenizer's training config names, see {@link openPictures}. */
export function openTokenizerData(
  config: TokenizerTrainingConfig,
  split: 'train' | 'test',
): Promise<TrainingPictures> {
  const { crop_size: size } = config.tokenizer.dataset.preprocessing;
  return openPictures(pictureSource(config, size, split), split);
}

/** The processes of a run share the cores. */
function threadsOf(wanted = DEFAULT_THREADS, training: UpdateSections['training']): number {
  const processes = Math.min(training.workers, training.gradient_accumulation_steps);
  return Math.min(wanted, Math.max(1, Math.floor(availableParallelism() / processes)));
}
