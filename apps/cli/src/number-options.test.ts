import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  parseGuidance,
  parseLimit,
  parseProbability,
  parseSeed,
  parseShare,
  parseTemperature,
} from './number-options';

/** A parser, texts with their values, and texts that it refuses. */
const PARSERS: readonly (readonly [
  string,
  (text: string) => number,
  Readonly<Record<string, number>>,
  readonly string[],
])[] = [
  ['parseSeed', parseSeed, { '0': 0, '4294967295': 4294967295 }, ['-1', '1.5', '4294967296', '1e3']],
  ['parseLimit', parseLimit, { '0': 0, '100': 100 }, ['-1', '0.5', '99999999999999999999']],
  ['parseGuidance', parseGuidance, { '1': 1, '3.75': 3.75 }, ['0.5', 'Infinity', '1e999']],
  ['parseTemperature', parseTemperature, { '0.7': 0.7, '1e-3': 0.001 }, ['0', '-1', 'NaN']],
  ['parseProbability', parseProbability, { '.95': 0.95, '1': 1 }, ['0', '1.01', '-0.5']],
  ['parseShare', parseShare, { '0': 0, '0.25': 0.25, '1': 1 }, ['-0.1', '1.1', '0x1']],
];

describe.each(PARSERS)('%s', (_name, parse, valid, invalid) => {
  it('reads what is in range', () => {
    expect(Object.keys(valid).map(parse)).toEqual(Object.values(valid));
  });

  it.each([...invalid, '', ' ', 'x'])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });
});
