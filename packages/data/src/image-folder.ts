import { join, sep } from 'node:path';
import { DataError } from '@restok/core/errors';
import type { PicturePlace, PlacedPictures } from './dataset';
import { checkIndex } from './dataset';
import { findPictures } from './find-pictures';
import type { Picture } from './picture';
import { checkSides } from './picture';
import type { CropOptions } from './read-cropped';
import { folderCrop, readCropped } from './read-cropped';
import { readPicture } from './read-picture';

/** How the pictures of a folder are cropped. */
export type ImageFolderOptions = CropOptions;

/**
 * A folder of pictures: every folder right below it is a class; without such folders all are one class. Links are
 * followed; names that start with a dot are passed over.
 *
 * @throws DataError when the folder is missing or holds no pictures. A damaged picture is an error of `read` that
 *   names it, an index out of range a ShapeError.
 */
export async function openImageFolder(folder: string, options: ImageFolderOptions): Promise<PlacedPictures> {
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
  const place = (index: number): PicturePlace => {
    const path = join(folder, file(index));
    return { name: path, path };
  };
  const picture = async (index: number): Promise<Picture> => readPicture(place(index).path);
  const crop = folderCrop(options);
  return {
    size,
    picture,
    count: files.length,
    classNames,
    label: (index) => labelOf.get(classOf(file(index)))!,
    name: file,
    place,
    read: (indices, { random } = {}) => readCropped({ picture, crop }, indices, random),
  };
}
