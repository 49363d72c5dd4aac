import { signal } from '@preact/signals';
import { proxy } from 'comlink';
import { loadedEngine } from '../engine/engine-client';
import { say } from '../state/announcements';
import { psnrOf } from '../state/picture-arithmetic';
import { TokenPicture } from '../state/token-picture';
import { mask, picture } from './reconstruct-state';

/** A search for better codes that is under way. */
export const search = signal<{ readonly done: number; readonly steps: number } | undefined>(undefined);

/** The picture whose codes were found by the search, and how near the encoder's came, in dB, where that was shown. */
export const found = signal<
  { readonly shown: TokenPicture; readonly before: number | undefined } | undefined
>(undefined);

/** Looks for codes that give the picture on the stage back more exactly than the encoder's, and shows it with them. */
export async function refine(): Promise<void> {
  const shown = picture.value;
  const original = shown?.original;
  if (shown === undefined || original === undefined || search.value !== undefined) {
    return;
  }
  const whole = shown.exact(mask.value.map(() => 1));
  const before = whole === undefined ? undefined : psnrOf(whole, original);
  search.value = { done: 0, steps: 0 };
  try {
    const remote = await loadedEngine();
    const onStep = (done: number, steps: number): void => {
      search.value = { done, steps };
    };
    const indices = await remote.refine(original, proxy(onStep));
    // Another picture may have been opened meanwhile.
    if (picture.value === shown) {
      const next = new TokenPicture(shown.name, indices, shown.levelSizes, original);
      shown.close();
      picture.value = next;
      found.value = { shown: next, before };
      next.decodeAhead();
      say('Better codes are found: as many bytes, nearer to the original.');
    }
  } finally {
    search.value = undefined;
  }
}

/** Ends the search; what it has found is shown. */
export async function stopSearch(): Promise<void> {
  await (await loadedEngine()).cancel();
}
