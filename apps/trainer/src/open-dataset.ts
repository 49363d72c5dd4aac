import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PictureDataset } from '@restok/data';
import { openEmoji, openImageFolder } from '@restok/data';
import type { TokenizerTrainingConfig } from '@restok/training';

/**
 * The data set that a config names: an emoji folder (it has a manifest) or a folder of pictures.
 *
 * @param split the emoji set keeps a test split; other folders serve whole for both.
 * @throws DataError when there is nothing to train on.
 */
export async function openTrainingData(
  config: TokenizerTrainingConfig,
  split: 'train' | 'test',
): Promise<PictureDataset> {
  const { params, preprocessing } = config.dataset;
  const folder = params.train_shards_path_or_url;
  if (existsSync(join(folder, 'manifest.json'))) {
    return openEmoji(folder, split);
  }
  return openImageFolder(folder, {
    size: config.tokenizer.dataset.preprocessing.crop_size,
    randomCrop: preprocessing.random_crop || preprocessing.random_resized_crop,
    randomFlip: preprocessing.random_flip,
  });
}
