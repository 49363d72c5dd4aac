/** Parts of a name that exempt a parameter from weight decay. */
const NO_DECAY = [
  'ln',
  'bias',
  'latent_tokens',
  'mask_token',
  'embedding',
  'norm',
  'gamma',
  'embed',
  'rope',
  'freqs_cis',
];

/**
 * Whether AdamW decays a parameter: matrices and filters only, and none whose published name holds one of a
 * few words.
 *
 * @param name published name.
 * @param publishedShape its shape in PyTorch order.
 * @source method.md, section 8.
 * @asIs "embed" also exempts the matrices of patch_embed and decoder_embed.
 */
export function hasWeightDecay(name: string, publishedShape: readonly number[]): boolean {
  return publishedShape.length >= 2 && !NO_DECAY.some((part) => name.includes(part));
}
