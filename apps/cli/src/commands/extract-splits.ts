import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { CodeManifest, ExtractionMethodName, StoredPictures } from '@restok/data';
import { openEmoji, openImageFolder, picturesDigest } from '@restok/data';
import type { TokenizerArchitecture } from '@restok/tokenizer';

/** Pictures that go to one folder of codes. */
export interface Split {
  /** The folder's name. */
  readonly name: 'train' | 'test';
  readonly pictures: StoredPictures;
  /** What codes.json will say but for the tokenizer, which is not loaded yet. */
  readonly manifest: Omit<CodeManifest, 'tokenizer'>;
}

/**
 * The splits of a data set: two of an emoji folder (it has a manifest), one of a folder of pictures.
 *
 * Held-out pictures get one code, of the plain centre crop.
 *
 * @throws DataError when there are no pictures.
 */
export async function openSplits(
  folder: string,
  tenCrop: boolean,
  architecture: TokenizerArchitecture,
): Promise<Split[]> {
  const { cropSize, model, schedule } = architecture;
  const isEmoji = existsSync(join(folder, 'manifest.json'));
  const trained = isEmoji
    ? await openEmoji(folder, 'train')
    : await openImageFolder(folder, { size: cropSize });
  const splitOf = (name: Split['name'], pictures: StoredPictures, crops: ExtractionMethodName): Split => ({
    name,
    pictures,
    manifest: {
      format: 'restok-codes-1',
      data: isEmoji ? 'emoji' : dataName(folder),
      size: cropSize,
      count: pictures.count,
      numLatents: schedule.numLatents,
      codebookSize: model.codebook_size,
      crops,
      classNames: [...pictures.classNames],
      pictures: picturesDigest(pictures),
    },
  });
  const splits = [splitOf('train', trained, tenCrop ? 'tenCrop' : 'centreAndFlip')];
  return isEmoji ? [...splits, splitOf('test', await openEmoji(folder, 'test'), 'centre')] : splits;
}

/** The folder's name without what file names may not hold everywhere. */
function dataName(folder: string): string {
  return basename(resolve(folder)).replace(/[^\p{L}\p{N}._-]/gu, '-') || 'pictures';
}
