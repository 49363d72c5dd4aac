import { computed, effect, signal } from '@preact/signals';
import { tokenizer } from '../engine/engine-client';
import { levelSizes } from '../engine/model-levels';
import { rememberSettings } from '../state/address';
import { maskOf } from '../state/levels';
import type { StageMode } from '../state/stage-mode';
import { tokensToText } from '../state/token-text';
import type { TokenPicture } from '../state/token-picture';

/** The picture that is taken apart. */
export const picture = signal<TokenPicture | undefined>(undefined);
/** Address and name of the sample that is being read. */
export const pending = signal<{ readonly name: string; readonly url?: string } | undefined>(undefined);
export const kept = signal(64);
export const off = signal<ReadonlySet<number>>(new Set());
/** The latent under the pointer. */
export const hovered = signal<number | undefined>(undefined);
/** The sample that is shown; a link names it, so that its original is there again. */
export const sampleTitle = signal<string | undefined>(undefined);
/** How the picture and its original are shown; undefined as long as the visitor has not said. */
export const mode = signal<StageMode | undefined>(undefined);
/** Whether the opening animation runs. */
export const isOpening = signal(false);

/** `[L]`: 1 for latents that are shown. */
export const mask = computed(() => maskOf(levelSizes.value, { kept: kept.value, off: off.value }));
/** How many latents that leaves. */
export const numShown = computed(() => mask.value.reduce((sum, value) => sum + value, 0));

/** Changes how many latents are kept; what a visitor does ends the animation. */
export function keep(next: number): void {
  isOpening.value = false;
  kept.value = next;
}

/** Switches a level off or on again. */
export function toggleLevel(level: number): void {
  isOpening.value = false;
  const next = new Set(off.value);
  if (!next.delete(level)) {
    next.add(level);
  }
  off.value = next;
}

/** The address holds the picture and how much of it is shown. */
effect(() => {
  const shown = picture.value;
  const facts = tokenizer.value;
  if (shown !== undefined && facts !== undefined && !isOpening.value) {
    rememberSettings('reconstruct', {
      t: tokensToText(shown.indices, facts.codebookSize),
      keep: kept.value === facts.numLatents ? undefined : String(kept.value),
      off: [...off.value].join(','),
      s: sampleTitle.value,
      view: mode.value,
    });
  }
});
