import { z } from 'zod';

/**
 * The largest counts that a config may ask for. Configs come from strangers, and sizes are computed and memory is taken
 * from them before any weights are looked at. Each limit is many times what published models have.
 */
export const configLimits = {
  /** Published: 48. */
  layers: 1000,
  /** Published: 40. */
  heads: 4096,
  /** Channels, widths of a layer and of a code; published: 3,200. */
  width: 65_536,
  /** Latents, and image tokens of a picture: attention is quadratic in them; published: 128 and 256. */
  positions: 65_536,
  /** Codes of a codebook; published: 8,192. */
  codes: 2 ** 20,
  /** Classes; published: 1,000. */
  classes: 2 ** 20,
  /** Pixels along a side; published: 256. */
  side: 16_384,
  /** Steps of a pyramid that halves each time; published: 5. */
  halvings: 16,
} as const;

/** A positive whole number up to a limit. */
export function countUpTo(limit: number, error?: string): z.ZodNumber {
  return z
    .number({ error })
    .int()
    .positive()
    .max(limit, { error: tooLarge(limit) });
}

/** What is wrong with a count above its limit. */
export function tooLarge(limit: number): string {
  return `must be at most ${limit.toLocaleString('en-US')}, far above any model that fits a machine`;
}
