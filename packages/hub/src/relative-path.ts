import { CheckpointError } from '@restok/core';
import { quoteName } from './quote-name';

/** Control characters, and the separator of Windows, which servers and shells may take for a slash. */
const FORBIDDEN = /[\p{Cc}\\]/u;
const DRIVE = /^[a-z]:/i;

/**
 * Checks a path that may come out of a file: it must stay inside the place that it is relative to.
 *
 * @param path with forward slashes.
 * @param place what errors call the folder or address.
 * @throws CheckpointError for an absolute path, an empty one, or one with `.` or `..` in it.
 */
export function checkRelativePath(path: string, place: string): void {
  const isInside = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isInside || FORBIDDEN.test(path) || DRIVE.test(path)) {
    throw new CheckpointError(
      `read: ${quoteName(path)} leaves the model folder ${place}. Do not use this model.`,
      { path },
    );
  }
}
