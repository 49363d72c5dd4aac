import { meanDifference } from '../state/picture-arithmetic';
import type { PageTokenizer } from './page-tokenizer';
import { decodeMasked } from './tokenizer-engine';

/**
 * How much each of some latents matters: the mean absolute difference, 0 ... 1 over all pixels and channels, of the
 * picture as shown and the picture with this one latent hidden.
 *
 * @param indices `[L]`, the picture's.
 * @param latents which to hide, one at a time.
 * @returns one value for each of them.
 */
export async function latentEffects(
  tokenizer: PageTokenizer,
  indices: Int32Array,
  latents: readonly number[],
): Promise<Float32Array> {
  const all = new Uint8Array(indices.length).fill(1);
  const masks = latents.map((latent) => all.map((_, i) => (i === latent ? 0 : 1)));
  const [whole, ...without] = await decodeMasked(tokenizer, indices, [all, ...masks]);
  return Float32Array.from(without, (picture) => meanDifference(whole!, picture));
}
