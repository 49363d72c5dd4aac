import type { Draws } from '../draws';

/** A row and a column for each sample. */
export interface Places {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** What happens to a batch; a group that is absent is left out. One number for each sample in each list. */
export interface Augmentation {
  /** Uniform numbers of 0 ... 1. */
  readonly colour?: {
    readonly brightness: readonly number[];
    readonly saturation: readonly number[];
    readonly contrast: readonly number[];
  };
  /** Shifts in pixels: sample b shows row r + rows[b] at row r. */
  readonly translation?: Places;
  /** Centres of the squares that are blanked, in pixels. */
  readonly cutout?: Places;
}

/** Each group of augmentations is applied with this probability, to the whole batch. */
const GROUP_PROBABILITY = 0.5;
/** Largest shift, as a share of the picture. */
const TRANSLATION_SHARE = 0.125;
/** Side of the blanked rectangle, as a share of the picture. */
export const CUTOUT_SHARE = 0.2;

/** A share of a length in whole pixels, halves rounded up. */
export function sharePixels(length: number, share: number): number {
  return Math.floor(length * share + 0.5);
}

/**
 * Draws what happens to a batch: colour, translation, cutout, each with probability one half.
 *
 * @param shape `[B, H, W, C]` of the pictures.
 * @param draws numbers are taken in the published order: the gate of a group, then its numbers, rows before columns.
 * @source Zhao et al., arXiv 2006.10738; method.md, appendix A.
 */
export function drawAugmentation(
  shape: readonly [number, number, number, number],
  draws: Draws,
): Augmentation {
  const [batch, height, width] = shape;
  const forEachSample = (draw: () => number): number[] => Array.from({ length: batch }, draw);
  const uniforms = (): number[] => forEachSample(() => draws.uniform());
  const shifts = (length: number): number[] => {
    const largest = sharePixels(length, TRANSLATION_SHARE);
    return forEachSample(() => draws.whole(-largest, largest));
  };
  const centres = (length: number): number[] => {
    const isEven = sharePixels(length, CUTOUT_SHARE) % 2 === 0;
    return forEachSample(() => draws.whole(0, isEven ? length : length - 1));
  };
  const isApplied = (): boolean => draws.uniform() <= GROUP_PROBABILITY;
  return {
    colour: isApplied()
      ? { brightness: uniforms(), saturation: uniforms(), contrast: uniforms() }
      : undefined,
    translation: isApplied() ? { rows: shifts(height), columns: shifts(width) } : undefined,
    cutout: isApplied() ? { rows: centres(height), columns: centres(width) } : undefined,
  };
}
