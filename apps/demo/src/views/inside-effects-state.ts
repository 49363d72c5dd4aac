import { signal } from '@preact/signals';
import { loadedEngine } from '../engine/engine-client';
import type { TokenPicture } from '../state/token-picture';

/** Latents that are hidden in a round, one at a time; with the whole picture a round decodes two batches. */
const LATENTS_PER_ROUND = 7;

/** How much the latents of a picture matter, as far as that is known. */
export interface LatentEffects {
  readonly shown: TokenPicture;
  /** Mean change of the picture without each latent, 0 ... 1, for the leading ones. */
  readonly values: readonly number[];
}

export const effects = signal<LatentEffects | undefined>(undefined);

/**
 * Compares the picture with itself without each latent in turn, and goes on where it stopped.
 *
 * @param isWanted asked before each round and after it; another picture or view ends the comparison.
 */
export async function readEffects(shown: TokenPicture, isWanted: () => boolean): Promise<void> {
  const total = shown.indices.length;
  let values = effects.value?.shown === shown ? effects.value.values : [];
  effects.value = { shown, values };
  while (values.length < total && isWanted()) {
    const count = Math.min(LATENTS_PER_ROUND, total - values.length);
    const latents = Array.from({ length: count }, (_, i) => values.length + i);
    const found = await (await loadedEngine()).latentEffects(shown.indices, latents);
    if (isWanted()) {
      values = [...values, ...found];
      effects.value = { shown, values };
    }
  }
}
