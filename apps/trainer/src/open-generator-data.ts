import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import { openCodeFolder } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import type { GeneratorData, GeneratorTrainingConfig } from '@restok/training';
import { openPictures } from './open-dataset';

/** Codes to train on. */
export interface OpenGeneratorData {
  readonly data: GeneratorData;
  /** Frees the tokenizer that pictures are tokenised with. */
  dispose(): void;
}

/**
 * The codes that a generator's training config names: a folder made by `restok extract` (its `train` and `test`
 * folders, or the same for both), or pictures that are tokenised as they are asked for.
 *
 * @throws DataError or CheckpointError when something is missing or does not fit.
 */
export async function openGeneratorData(
  config: GeneratorTrainingConfig,
  split: 'train' | 'test',
): Promise<OpenGeneratorData> {
  const { pretokenization: codes, train_shards_path_or_url: pictures } = config.dataset.params;
  if (codes !== undefined && codes !== null && codes !== '') {
    const ofSplit = join(codes, split);
    const data = await openCodeFolder(existsSync(ofSplit) ? ofSplit : codes);
    return { data, dispose: () => undefined };
  }
  const tokenizer = await ResTok.fromPretrained(config.experiment.tokenizer_checkpoint!);
  const { random_crop: randomCrop, random_flip: randomFlip } = config.dataset.preprocessing;
  const size = tokenizer.config.dataset.preprocessing.crop_size;
  const source = { folder: pictures!, size, randomCrop, randomFlip };
  const data = tokenizedPictures(tokenizer, await openPictures(source, split));
  return { data, dispose: () => tokenizer.dispose() };
}

/**
 * Pictures as codes, made when they are asked for.
 *
 * @throws ConfigError when the pictures are not of the tokenizer's size.
 */
export function tokenizedPictures(tokenizer: ResTok, pictures: PictureDataset): GeneratorData {
  const { size, count, classNames } = pictures;
  const expected = tokenizer.config.dataset.preprocessing.crop_size;
  if (size !== expected) {
    const problem = `the pictures are ${size} pixels wide, the tokenizer's ${expected}`;
    throw new ConfigError(`tokenizedPictures: ${problem}. Use other pictures or another tokenizer.`, [
      problem,
    ]);
  }
  return {
    count,
    classNames,
    numLatents: tokenizer.numLatents,
    codebookSize: tokenizer.config.model.vq_model.codebook_size,
    read: async (chosen, options = {}) => {
      const values = await pictures.read(chosen, options);
      const indices = tidy(
        () =>
          tokenizer.encode(tensor4d(values, [chosen.length, size, size, 3])).indices.dataSync() as Int32Array,
      );
      return { indices, labels: Int32Array.from(chosen, (index) => pictures.label(index)) };
    },
  };
}
