import { endOfLevel } from './levels';

/** Arrows move the end by one, page keys by a level, digits to the end of their level. */
export function keptAfterKey(key: string, kept: number, levelSizes: readonly number[]): number | undefined {
  const ends = levelSizes.map((_, level) => endOfLevel(levelSizes, level));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return kept + 1;
    case 'ArrowLeft':
    case 'ArrowDown':
      return kept - 1;
    case 'Home':
      return 1;
    case 'End':
      return ends.at(-1);
    case 'PageUp':
      return ends.find((end) => end > kept);
    case 'PageDown':
      return ends.findLast((end) => end < kept);
    default:
      return /^[1-9]$/.test(key) ? ends[Number(key) - 1] : undefined;
  }
}
