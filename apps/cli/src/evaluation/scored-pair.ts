import { DataError } from '@restok/core';
import type { PictureSet } from './picture-set';
import { isArchive, openSamples, openScoredData, pixelsDigest, readSet } from './picture-set';
import type { EvaluationReport } from './report';
import type { StoredStatistics } from './stored-statistics';
import { readStoredStatistics } from './stored-statistics';

/** Two sets that are compared. */
export interface ScoredPair {
  readonly samples: PictureSet;
  readonly reference: PictureSet;
  /** What reports say of them. */
  readonly settings: EvaluationReport['settings'];
  readonly stored?: StoredStatistics;
}

/** Where the sets come from. */
export interface PairOptions {
  readonly samples: string;
  readonly reference: string;
  /** A reference that is a .npz may hold statistics of this network. */
  readonly inception?: string;
}

export async function closePair({ samples, reference }: ScoredPair): Promise<void> {
  await Promise.all([samples.close(), reference.close()]);
}

/**
 * Opens both sets, for {@link closePair}.
 *
 * @param shown what reports call a path.
 */
export async function openPair(options: PairOptions, shown: (path: string) => string): Promise<ScoredPair> {
  const samples = await openSamples(options.samples);
  const opened = [samples];
  try {
    const { name, pictures } = await openReference(options.reference, shown(options.reference), samples);
    opened.push(pictures);
    return await describePair(options, shown, { samples, name, pictures });
  } catch (error) {
    await Promise.all(opened.map((set) => set.close()));
    throw error;
  }
}

/** What is read of both sets before they are compared. */
async function describePair(
  options: PairOptions,
  shown: (path: string) => string,
  { samples, name, pictures }: { samples: PictureSet; name: string; pictures: PictureSet },
): Promise<ScoredPair> {
  const hasFile = options.inception !== undefined && isArchive(options.reference);
  return {
    samples,
    reference: pictures,
    stored: hasFile ? await readStoredStatistics(options.reference) : undefined,
    settings: {
      samples: shown(options.samples),
      'samples count': samples.count,
      'samples size': `${samples.width} x ${samples.height}`,
      'samples sha256': await pixelsDigest(samples),
      reference: name,
      'reference count': pictures.count,
      'reference size': `${pictures.width} x ${pictures.height}`,
      'reference sha256': await pixelsDigest(pictures),
    },
  };
}

/** A .npz of pictures, or a data set: of one size with the samples where it is a folder of pictures. */
async function openReference(
  path: string,
  shown: string,
  { width, height }: PictureSet,
): Promise<{ readonly name: string; readonly pictures: PictureSet }> {
  if (isArchive(path)) {
    return { name: shown, pictures: await openSamples(path) };
  }
  if (width !== height) {
    throw new DataError(
      `evalGeneration: --reference must be a .npz for samples of ${width} x ${height}, got the folder ${path}, whose pictures are cropped to squares. Write the reference as a .npz.`,
    );
  }
  const { name, pictures } = await openScoredData(path, width, shown);
  return { name, pictures: await readSet(pictures) };
}
