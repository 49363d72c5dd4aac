import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PictureDataset } from '@restok/data';
import { openEmoji, openImageFolder } from '@restok/data';
import type { TokenizerTrainingConfig } from '@restok/training';

/** Which pictures, and how they are cropped where they are no emoji set. */
export interface PictureSource {
  readonly folder: string;
  /** Sides of the crops, in pixels. */
  readonly size: number;
  readonly randomCrop: boolean;
  readonly randomFlip: boolean;
}

/**
 * A data set: an emoji folder (it has a manifest) or a folder of pictures.
 *
 * @param split the emoji set keeps a test split; other folders serve whole for both.
 * @throws DataError when there is nothing to train on.
 */
export async function openPictures(
  { folder, ...options }: PictureSource,
  split: 'train' | 'test',
): Promise<PictureDataset> {
  return existsSync(join(folder, 'manifest.json'))
    ? openEmoji(folder, split)
    : openImageFolder(folder, options);
}

/** The pictures that a tokenizer's training config names, see {@link openPictures}. */
export function openTokenizerData(
  config: TokenizerTrainingConfig,
  split: 'train' | 'test',
): Promise<PictureDataset> {
  const { params, preprocessing } = config.dataset;
  const source = {
    folder: params.train_shards_path_or_url,
    size: config.tokenizer.dataset.preprocessing.crop_size,
    randomCrop: preprocessing.random_crop || preprocessing.random_resized_crop,
    randomFlip: preprocessing.random_flip,
  };
  return openPictures(source, split);
}
