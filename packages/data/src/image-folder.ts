import { join, sep } from 'node:path';
import { DataError } from '@restok/core';
import { evaluationCrop, flipPicture, trainingCrop } from './crop';
import type { StoredPictures } from './dataset';
import { checkIndex } from './dataset';
import { findPictures } from './find-pictures';
import type { Picture } from './picture';
import { checkSides, toUnitRange } from './picture';
import { readPicture } from './read-picture';

export interface ImageFolderOptions {
  /** Sides of the pictures that the set gives. */
  readonly size: number;
  /** Training crops instead of centre crops when `read` draws. */
  readonly randomCrop?: boolean;
  readonly randomFlip?: boolean;
}

/**
 * A folder of pictures: every folder right below it is a class; without such folders all are one class. Links are
 * followed; names that start with a dot are passed over.
 *
 * @throws DataError when the folder is missing or holds no pictures. A damaged picture is an error of `read` that
 *   names it, an index out of range a ShapeError.
 */
export async function openImageFolder(folder: string, options: ImageFolderOptions): Promise<StoredPictures> {
  const { size } = options;
  checkSides('openImageFolder', size, size);
  const files = (await findPictures(folder)).sort();
  if (files.length === 0) {
    throw new DataError(`openImageFolder: ${folder} holds no PNG, JPEG or WebP pictures. Check the path.`);
  }
  const classOf = (file: string): string => (file.includes(sep) ? file.slice(0, file.indexOf(sep)) : '.');
  const classNames = [...new Set(files.map(classOf))].sort();
  const labelOf = new Map(classNames.map((className, label) => [className, label]));
  const file = (index: number): string => files[checkIndex('openImageFolder', index, files.length)]!;
  const picture = async (index: number): Promise<Picture> => readPicture(join(folder, file(index)));
  return {
    size,
    picture,
    count: files.length,
    classNames,
    label: (index) => labelOf.get(classOf(file(index)))!,
    name: file,
    read: async (indices, { random } = {}) => {
      const length = size * size * 3;
      const batch = new Float32Array(indices.length * length);
      for (let i = 0; i < indices.length; i++) {
        batch.set(toUnitRange(prepare(await picture(indices[i]!))), i * length);
      }
      return batch;

      function prepare(stored: Picture): Picture {
        if (random === undefined) {
          return evaluationCrop(stored, size);
        }
        if (options.randomCrop === true) {
          return trainingCrop(stored, size, random, options.randomFlip === true);
        }
        const centre = evaluationCrop(stored, size);
        return options.randomFlip === true && random.uniform() < 0.5 ? flipPicture(centre) : centre;
      }
    },
  };
}
