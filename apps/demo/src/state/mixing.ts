import { levelsOf } from './levels';

/** Where a level of a mixed picture comes from: the first, the second, or drawn anew. */
export type Origin = 'a' | 'b' | 'n';

/** What a mixed picture is made of. */
export interface MixSources {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Levels that were drawn anew come from here. */
  readonly redrawn: Int32Array | undefined;
}

/** The latents of a mixed picture; a level whose origin is missing comes from the first. */
export function mixOrigins(
  { a, b, redrawn }: MixSources,
  origins: readonly Origin[],
  levelSizes: readonly number[],
): Int32Array {
  const mixed = Int32Array.from(a);
  for (const { level, offset, size } of levelsOf(levelSizes)) {
    const from = origins[level] === 'b' ? b : origins[level] === 'n' ? redrawn : a;
    mixed.set((from ?? a).subarray(offset, offset + size), offset);
  }
  return mixed;
}

/** Origins as a setting of the address, "aabbn"; undefined when the text does not fit. */
export function parseOrigins(text: string | null, numLevels: number): Origin[] | undefined {
  return text !== null && text.length === numLevels && /^[abn]+$/.test(text)
    ? ([...text] as Origin[])
    : undefined;
}

/** Origins with one level changed. */
export function withOrigin(origins: readonly Origin[], level: number, origin: Origin): Origin[] {
  return origins.map((each, i) => (i === level ? origin : each));
}
