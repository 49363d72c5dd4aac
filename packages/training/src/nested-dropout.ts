import type { Random } from '@restok/core';
import { ConfigError } from '@restok/core';

/** Numbers of latents that nested dropout may keep, with their probabilities. */
export interface NestedDropout {
  readonly lengths: readonly number[];
  readonly probabilities: readonly number[];
}

/**
 * Weights 1, 2, 4, ... for the shorter lengths and (their sum) · (int(1 / dropProb) - 1) for the full one.
 *
 * @param numLatents L.
 * @param numMinTokens the shortest length; lengths double from there.
 * @param dropProb about the probability of keeping fewer than all.
 * @throws ConfigError when the lengths or the probability are out of range.
 * @source ResTok, section 3 (nested dropout); method.md, section 8.
 * @asIs 1 / dropProb is truncated, so 0.3 keeps all latents with probability 2/3 instead of 0.7.
 */
export function nestedDropout(numLatents: number, numMinTokens: number, dropProb: number): NestedDropout {
  if (!(dropProb > 0 && dropProb <= 1) || numMinTokens > numLatents) {
    throw new ConfigError(
      `nestedDropout: drop_prob must be above 0 and at most 1, and num_min_tokens at most ${numLatents}, got ${dropProb} and ${numMinTokens}. Or set drop_latent_tokens to false.`,
    );
  }
  const lengths: number[] = [];
  for (let length = numMinTokens; length <= numLatents; length *= 2) {
    lengths.push(length);
  }
  if (lengths.at(-1) !== numLatents) {
    throw new ConfigError(
      `nestedDropout: num_min_tokens must double to ${numLatents}, got ${numMinTokens}. Use a power of two.`,
    );
  }
  const shorter = lengths.slice(0, -1).map((_, i) => 2 ** i);
  const sum = shorter.reduce((total, weight) => total + weight, 0);
  const weights = shorter.length === 0 ? [1] : [...shorter, sum * (Math.trunc(1 / dropProb) - 1)];
  const total = weights.reduce((all, weight) => all + weight, 0);
  return { lengths, probabilities: weights.map((weight) => weight / total) };
}

/** Draws how many latents each sample of a batch keeps. */
export function drawNumKept(dropout: NestedDropout, batch: number, random: Random): number[] {
  return Array.from({ length: batch }, () => dropout.lengths[random.weighted(dropout.probabilities)]!);
}
