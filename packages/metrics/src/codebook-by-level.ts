import { ShapeError } from '@restok/core';
import { codebookEntropy } from './codebook-entropy';
import { codebookUsage } from './codebook-usage';

/** How one level of the hierarchy uses the codebook. */
export interface LevelCodebookUse {
  /** Latents of the level. */
  readonly levelSize: number;
  /** Share of rows that occur at least once. */
  readonly usage: number;
  /** Bits. */
  readonly entropy: number;
}

/**
 * Codebook usage and entropy of each level's indices, coarsest level first.
 *
 * @param indices `[pictures, L]`, flattened: values 0 ... codebookSize - 1.
 * @param levelSizes latents of each level, coarsest first; they sum to L.
 * @param codebookSize V, rows of the codebook.
 * @throws ShapeError when the indices do not fill pictures, or one is not a row.
 * @source method.md, sections 1 and 10.
 */
export function codebookByLevel(
  indices: ArrayLike<number>,
  levelSizes: readonly number[],
  codebookSize: number,
): LevelCodebookUse[] {
  const numLatents = levelSizes.reduce((sum, size) => sum + size, 0);
  const pictures = indices.length / numLatents;
  if (pictures === 0 || !Number.isInteger(pictures)) {
    throw new ShapeError(
      `codebookByLevel: indices must be [pictures, ${numLatents}], got ${indices.length} values. Pass all latents of each picture.`,
      { numLatents, actual: indices.length },
    );
  }
  let offset = 0;
  return levelSizes.map((levelSize) => {
    const first = offset;
    offset += levelSize;
    const ofLevel = Int32Array.from({ length: pictures * levelSize }, (_, i) => {
      const picture = Math.floor(i / levelSize);
      return indices[picture * numLatents + first + (i % levelSize)]!;
    });
    return {
      levelSize,
      usage: codebookUsage(ofLevel, codebookSize),
      entropy: codebookEntropy(ofLevel, codebookSize),
    };
  });
}
