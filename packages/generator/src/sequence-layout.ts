/** What stands at one position of the input sequence. */
export type InputSource =
  | { readonly kind: 'class' }
  | { readonly kind: 'latent'; readonly index: number }
  | { readonly kind: 'special'; readonly index: number };

/** The positions of one forward pass of generation. It predicts as many latents, under the same numbers. */
export interface Pass {
  readonly position: number;
  readonly size: number;
}

/**
 * The input sequence of a generator: L positions, of which position i predicts latent i. A latent is predicted
 * only from latents before its pass.
 */
export interface SequenceLayout {
  readonly inputs: readonly InputSource[];
  /** How many leading positions each position sees. */
  readonly visibleKeys: readonly number[];
  /** Cut the sequence into forward passes, in order. */
  readonly passes: readonly Pass[];
  /** Latents that a HAR generator predicts one by one; absent for plain autoregression. */
  readonly arTokenNum?: number;
}

/** Cuts positions into passes of the given sizes. */
export function passesOfSizes(sizes: readonly number[]): Pass[] {
  let position = 0;
  return sizes.map((size) => {
    position += size;
    return { position: position - size, size };
  });
}
