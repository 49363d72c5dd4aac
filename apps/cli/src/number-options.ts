import { InvalidArgumentError } from 'commander';

/** Random numbers start from 32 bits. */
const MAX_SEED = 2 ** 32 - 1;

/** Reads a seed. */
export function parseSeed(text: string): number {
  return parsed(text, /^\d+$/, (seed) => seed <= MAX_SEED, `a whole number in 0-${MAX_SEED}`);
}

/** Reads a whole number from 0, which stands for no limit. */
export function parseLimit(text: string): number {
  return parsed(text, /^\d+$/, Number.isSafeInteger, 'a whole number, 0 for no limit');
}

/** Reads a time. */
export function parseSeconds(text: string): number {
  return parsed(text, NUMBER, (seconds) => seconds >= 1, 'a number of seconds, at least 1');
}

/** Reads a guidance scale. */
export function parseGuidance(text: string): number {
  return parsed(text, NUMBER, (scale) => scale >= 1, 'a number of at least 1, which is no guidance');
}

/** Reads a temperature. */
export function parseTemperature(text: string): number {
  return parsed(
    text,
    NUMBER,
    (temperature) => temperature > 0,
    'a number above 0; --top-k 1 takes the likeliest',
  );
}

/** Reads a probability that is not 0. */
export function parseProbability(text: string): number {
  return parsed(
    text,
    NUMBER,
    (probability) => probability > 0 && probability <= 1,
    'a number above 0 and at most 1',
  );
}

/** Reads a share. */
export function parseShare(text: string): number {
  return parsed(text, NUMBER, (share) => share >= 0 && share <= 1, 'a number in 0 ... 1');
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function parsed(text: string, form: RegExp, isValid: (value: number) => boolean, expected: string): number {
  const value = form.test(text.trim()) ? Number(text) : NaN;
  if (!Number.isFinite(value) || !isValid(value)) {
    throw new InvalidArgumentError(`It must be ${expected}.`);
  }
  return value;
}
