import { CheckpointError } from '@restok/core';

/**
 * Bytes of a file of a model.
 *
 * @param blob undefined where there is no such file.
 * @throws CheckpointError when it ends before `end`.
 */
export async function blobPart(
  blob: Blob | undefined,
  path: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const part = blob?.slice(start, end);
  if (part === undefined || part.size !== end - start) {
    throw new CheckpointError(`read: ${path} ends before byte ${end}. The file is cut off; get it again.`);
  }
  return new Uint8Array(await part.arrayBuffer());
}
