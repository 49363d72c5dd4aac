import type { Tensor3D } from '@tensorflow/tfjs-core';
import { add, tidy } from '@tensorflow/tfjs-core';
import { mixTokens, nearestMap1d } from '@restok/ops';

/**
 * All scales nearest-upsampled, in flattened order, to the finest length and summed.
 *
 * @param imageTokens `[B, P_s, D]` of each scale, coarsest first.
 * @returns `[B, P, D]`, owned by the caller.
 * @source method.md, section 4.7.
 */
export function sumOfScales(imageTokens: readonly Tensor3D[]): Tensor3D {
  return tidy(() => {
    const finest = imageTokens.at(-1)!;
    const length = finest.shape[1];
    return imageTokens
      .slice(0, -1)
      .map((tokens) => mixTokens(tokens, nearestMap1d(tokens.shape[1], length)))
      .reduce((sum, upsampled) => add(sum, upsampled), finest.clone());
  });
}
