import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { CodeDataset, PictureDataset } from '@restok/data';
import { openCodeFolder } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import type { GeneratorData, GeneratorTrainingConfig } from '@restok/training';
import { labelsByName } from './labels-by-name';
import { openPictures, pictureSource } from './open-dataset';
import type { DataWatch, TrainingPictures } from './training-pictures';
import { WaitClock } from './training-pictures';

/** Codes to train on. */
export interface OpenGeneratorData {
  readonly data: GeneratorData;
  /** How long reads were waited for, without the tokenising of pictures. */
  readonly watch: DataWatch;
  /** Frees the tokenizer that pictures are tokenised with, and ends the threads that read them. */
  dispose(): void;
}

/**
 * The codes that a generator's training config names: a folder made by `restok extract` (its `train` and `test`
 * folders, or the same for both), or pictures that are tokenised as they are asked for. Labels are those of the
 * model's classes of the same names.
 *
 * @throws DataError, CheckpointError or ConfigError when something is missing or does not fit.
 */
export async function openGeneratorData(
  config: GeneratorTrainingConfig,
  split: 'train' | 'test',
): Promise<OpenGeneratorData> {
  const opened = await openCodes(config, split);
  try {
    return { ...opened, data: labelsByName(opened.data, config.generator.class_names) };
  } catch (error) {
    opened.dispose();
    throw error;
  }
}

async function openCodes(
  config: GeneratorTrainingConfig,
  split: 'train' | 'test',
): Promise<OpenGeneratorData> {
  const { pretokenization: codes } = config.dataset.params;
  if (codes !== undefined && codes !== null && codes !== '') {
    const ofSplit = join(codes, split);
    return watchedCodes(await openCodeFolder(existsSync(ofSplit) ? ofSplit : codes));
  }
  const tokenizer = await ResTok.fromPretrained(config.experiment.tokenizer_checkpoint!);
  let pictures: TrainingPictures | undefined;
  const dispose = (): void => {
    tokenizer.dispose();
    void pictures?.close();
  };
  try {
    const size = tokenizer.config.dataset.preprocessing.crop_size;
    pictures = await openPictures(pictureSource(config, size, split), split);
    return { data: tokenizedPictures(tokenizer, pictures), watch: pictures, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function watchedCodes(codes: CodeDataset): OpenGeneratorData {
  const clock = new WaitClock();
  const data = {
    ...codes,
    read: (...which: Parameters<typeof codes.read>) => clock.time(() => codes.read(...which)),
  };
  const watch = { takeWaited: () => clock.takeWaited(), passedOver: { count: 0, names: [] } };
  return { data, watch, dispose: () => undefined };
}

/**
 * Pictures as codes, made when they are asked for.
 *
 * @throws ConfigError when the pictures are not of the tokenizer's size.
 */
function tokenizedPictures(tokenizer: ResTok, pictures: PictureDataset): GeneratorData {
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
    prepare: (chosen, options) => pictures.prepare?.(chosen, options),
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
