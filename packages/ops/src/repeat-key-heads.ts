import type { Tensor3D } from '@tensorflow/tfjs-core';
import { reshape, tidy } from '@tensorflow/tfjs-core';
import { mixTokens } from './mix-tokens';
import type { HeadCounts } from './rotate-heads';
import { headWidthOf } from './rotate-heads';
import type { TokenMap } from './token-map';
import { tokenMap } from './token-map';

/**
 * Repeats each head of keys and values for every query head that it serves, so that `attention` can run on the
 * result. Nothing moves when there are as many key heads as query heads.
 *
 * @param qkv `[B, T, (H + 2K) Dh]`.
 * @returns `[B, T, 3 H Dh]`, owned by the caller; query head h goes with key head floor(h K / H).
 * @throws ShapeError when qkv does not split into such heads.
 * @source Ainslie et al., arXiv 2305.13245 (grouped-query attention); method.md, section 7.
 */
export function repeatKeyHeads(qkv: Tensor3D, counts: HeadCounts): Tensor3D {
  const headWidth = headWidthOf('repeatKeyHeads', qkv, counts);
  if (counts.numHeads === counts.numKeyHeads) {
    return qkv.clone();
  }
  const [batch, positions, width] = qkv.shape;
  return tidy(() => {
    // To a head, the others of its position are what tokens of a sequence are to each other.
    const heads = reshape(qkv, [batch * positions, width / headWidth, headWidth]) as Tensor3D;
    const repeated = mixTokens(heads, repetition(counts)); // [B T, 3H, Dh]
    return reshape(repeated, [batch, positions, 3 * counts.numHeads * headWidth]);
  });
}

/** Maps made so far: a map's transpose, for the gradient, is found by identity. */
const knownMaps = new Map<string, TokenMap>();

function repetition({ numHeads, numKeyHeads }: HeadCounts): TokenMap {
  const key = `${numHeads} ${numKeyHeads}`;
  let map = knownMaps.get(key);
  if (map === undefined) {
    const served = numHeads / numKeyHeads;
    const sources = Array.from({ length: 3 * numHeads }, (_, output) => {
      const [part, head] = [Math.floor(output / numHeads), output % numHeads];
      return part === 0 ? head : numHeads + (part - 1) * numKeyHeads + Math.floor(head / served);
    });
    map = tokenMap(
      numHeads + 2 * numKeyHeads,
      sources.map((source) => [{ source, weight: 1 }]),
    );
    knownMaps.set(key, map);
  }
  return map;
}
