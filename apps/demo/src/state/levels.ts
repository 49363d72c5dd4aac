/** A level of a row of latents. */
export interface Level {
  readonly level: number;
  readonly offset: number;
  readonly size: number;
}

/** Levels with the place of each. */
export function levelsOf(levelSizes: readonly number[]): Level[] {
  let offset = 0;
  return levelSizes.map((size, level) => {
    offset += size;
    return { level, offset: offset - size, size };
  });
}

/** 1 for latents that are shown: the leading `kept`, without the levels that are off. */
export function maskOf(
  levelSizes: readonly number[],
  { kept, off }: { readonly kept: number; readonly off: ReadonlySet<number> },
): Uint8Array {
  const mask = new Uint8Array(levelSizes.reduce((sum, size) => sum + size, 0)).fill(1, 0, kept);
  for (const { level, offset, size } of levelsOf(levelSizes)) {
    if (off.has(level)) {
      mask.fill(0, offset, offset + size);
    }
  }
  return mask;
}

/** What a level is called, starting with what is written on it. */
export function levelName(levelSizes: readonly number[], level: number): string {
  const size = levelSizes[level] ?? 0;
  return `${size} ${size === 1 ? 'latent' : 'latents'}, level ${level + 1}`;
}

/** How many latents the first levels up to and with `level` hold. */
export function endOfLevel(levelSizes: readonly number[], level: number): number {
  return levelSizes.slice(0, level + 1).reduce((sum, size) => sum + size, 0);
}

/** Numbers of kept latents in the order in which they are worth decoding: ends of levels first, then the rest. */
export function decodeOrder(levelSizes: readonly number[]): number[] {
  const ends = levelSizes.map((_, level) => endOfLevel(levelSizes, level));
  const total = ends.at(-1) ?? 0;
  const others = Array.from({ length: total }, (_, i) => i + 1).filter((kept) => !ends.includes(kept));
  return [...ends, ...others];
}

/** Levels as a setting of the address, "3,5", and back. */
export function parseLevelList(text: string | null, numLevels: number): Set<number> {
  const levels = (text ?? '').split(',').filter((part) => /^\d+$/.test(part));
  return new Set(levels.map(Number).filter((level) => level < numLevels));
}
