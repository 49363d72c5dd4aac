import { InvalidArgumentError } from 'commander';

/** No model has more latents or levels than fit into so many digits. */
const MAX_DIGITS = 6;

/** Reads `16`. */
export function parseCount(text: string): number {
  const count = wholeNumber(text);
  if (count === undefined || count < 1) {
    throw new InvalidArgumentError('It must be a whole number of at least 1, for instance 16.');
  }
  return count;
}

/** Reads `4,16,64`; each number once. */
export function parseCounts(text: string): number[] {
  const counts = text.split(',').map((part) => {
    const count = wholeNumber(part);
    if (count === undefined || count < 1) {
      throw new InvalidArgumentError(
        'It must be whole numbers of at least 1 with commas between, for instance 4,16,64.',
      );
    }
    return count;
  });
  return [...new Set(counts)];
}

/** Reads `0-3` or `0,2,5-6` as levels in ascending order. */
export function parseRanges(text: string): number[] {
  const levels = text.split(',').flatMap((part) => {
    const ends = part.split('-').map(wholeNumber);
    const [first, last = first] = ends;
    if (ends.length > 2 || ends.includes(undefined) || first === undefined || last === undefined) {
      throw new InvalidArgumentError('It must be levels or ranges of them, for instance 0-3 or 0,2,5.');
    }
    if (last < first) {
      throw new InvalidArgumentError(`The range ${part.trim()} must go upwards: ${last}-${first}.`);
    }
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(levels)].sort((a, b) => a - b);
}

function wholeNumber(text: string): number | undefined {
  const digits = text.trim();
  return /^\d+$/.test(digits) && digits.length <= MAX_DIGITS ? Number(digits) : undefined;
}
