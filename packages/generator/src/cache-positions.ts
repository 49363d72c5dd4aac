import type { Pass, SequenceLayout } from './sequence-layout';

/**
 * Where the positions of a pass go in the cache, which is also where they stand for the rotary embedding and the
 * mask.
 *
 * @param published as the authors' cached generation does it.
 * @returns the first of `pass.size` neighbouring places.
 * @asIs With published positions and one latent predicted by itself (`ar_token_num` 1) every pass after the class
 *   goes one place too far to the front: the second overwrites the class, so neither class nor guidance has any
 *   effect from then on, and each pass sees one place that is still empty (zeros). One would expect the positions
 *   of training, which are the default here.
 */
export function cachePosition(layout: SequenceLayout, pass: Pass, published: boolean): number {
  const isShifted = published && layout.arTokenNum === 1;
  return isShifted ? Math.max(0, pass.position - 1) : pass.position;
}
