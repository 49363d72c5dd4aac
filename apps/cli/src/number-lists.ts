import { InvalidArgumentError } from 'commander';

/** Reads `4,16,64`. */
export function parseCounts(text: string): number[] {
  return text.split(',').map((part) => {
    if (!/^\d+$/.test(part.trim())) {
      throw new InvalidArgumentError(
        `"${text}" must be whole numbers with commas between, for instance 4,16,64.`,
      );
    }
    return Number(part);
  });
}

/** Reads `0-3` or `0,2,5-6`. */
export function parseRanges(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (range === null) {
      throw new InvalidArgumentError(
        `"${text}" must be levels or ranges of them, for instance 0-3 or 0,2,5.`,
      );
    }
    const first = Number(range[1]);
    const last = range[2] === undefined ? first : Number(range[2]);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  });
}
