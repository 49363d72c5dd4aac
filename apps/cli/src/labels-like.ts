import { DataError } from '@restok/core';
import type { ClassList } from './class-names';
import { openScoredData } from './evaluation/picture-set';

/** No picture is read, so that any size does. */
const ANY_SIZE = 1;

/**
 * The labels that a generator gives to the classes of a data set's pictures, in their order: samples of these classes are
 * what the set can be compared with.
 *
 * @param folder of pictures in subfolders, or that of `restok data emoji`, of which it is the test split.
 * @throws DataError when the generator lacks a class of the data.
 */
export async function labelsLike(folder: string, { numClasses, names }: ClassList): Promise<number[]> {
  const { pictures } = await openScoredData(folder, ANY_SIZE, folder);
  const places = pictures.classNames.map((name, label) =>
    names === undefined ? (label < numClasses ? label : -1) : names.indexOf(name),
  );
  const unknown = pictures.classNames.filter((_, label) => places[label] === -1);
  if (unknown.length > 0) {
    throw new DataError(
      `labelsLike: the generator has no class ${unknown.slice(0, 3).join(', ')} (${unknown.length} of ${places.length} in ${folder}). Name folders as its classes are named; restok info lists them.`,
      { unknown },
    );
  }
  return Array.from({ length: pictures.count }, (_, index) => places[pictures.label(index)]!);
}
