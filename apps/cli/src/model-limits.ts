import type { TokenizerArchitecture } from '@restok/tokenizer';
import { UsageError } from './usage-error';

/**
 * Checks what --keep names against the model.
 *
 * @throws UsageError when it is more than there is.
 */
export function checkKept(counts: readonly number[], { schedule }: TokenizerArchitecture): void {
  const tooMany = counts.find((count) => count > schedule.numLatents);
  if (tooMany !== undefined) {
    throw new UsageError(
      `restok: --keep must be at most ${schedule.numLatents}, the latents of this model, got ${tooMany}. Keep fewer.`,
    );
  }
}

/**
 * Checks what --levels names against the model.
 *
 * @throws UsageError when there is no such level.
 */
export function checkLevels(levels: readonly number[], { schedule }: TokenizerArchitecture): void {
  const last = schedule.levelSizes.length - 1;
  const unknown = levels.find((level) => level > last);
  if (unknown !== undefined) {
    throw new UsageError(
      `restok: --levels must be in 0-${last}, the levels of this model, got ${unknown}. Name others; restok info shows them.`,
    );
  }
}
