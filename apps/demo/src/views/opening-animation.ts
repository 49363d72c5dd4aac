import { effect } from '@preact/signals';
import { levelSizes } from '../engine/model-levels';
import { maskOf } from '../state/levels';
import type { TokenPicture } from '../state/token-picture';
import { isOpening, kept, picture } from './reconstruct-state';

/** Numbers of kept latents at which the opening animation stops. */
const STOPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40, 48, 56, 64];
const STOP_MILLISECONDS = 160;

/** Builds the picture up from one latent to all, as fast as it is decoded. */
export async function animate(shown: TokenPicture, total: number): Promise<void> {
  const stops = STOPS.filter((stop) => stop <= total);
  shown.decodeAhead(stops);
  for (const stop of stops) {
    const stopMask = maskOf(levelSizes.value, { kept: stop, off: new Set() });
    await decoded(shown, stopMask);
    if (!isOpening.value || picture.value !== shown) {
      return;
    }
    kept.value = stop;
    await new Promise((resolve) => setTimeout(resolve, STOP_MILLISECONDS));
  }
  isOpening.value = false;
}

function decoded(shown: TokenPicture, wanted: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      void shown.version.value;
      if (shown.exact(wanted) !== undefined || !isOpening.value || picture.value !== shown) {
        resolve();
        queueMicrotask(() => stop());
      }
    });
  });
}
