import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../models/emoji-64/emoji-sheet/', import.meta.url));
const COUNT = 1024;
const STYLES = ['noto', 'twemoji', 'fluent'];
/** What a visitor downloads at most. */
const MOST_BYTES = 1.2e6;

interface SheetList {
  readonly side: number;
  readonly columns: number;
  /** `<code name>/<style>`, row by row. */
  readonly names: readonly string[];
}

const { side, columns, names } = JSON.parse(readFileSync(`${folder}sheet.json`, 'utf8')) as SheetList;

/** The rule of the emoji set: SHA-1 of the code name without variation selectors is 0 modulo 10. */
function isOfTestSplit(name: string): boolean {
  const key = name.split('/')[0]!.toLowerCase().replaceAll('-fe0f', '');
  return BigInt(`0x${createHash('sha1').update(key).digest('hex')}`) % 10n === 0n;
}

describe('The sheet of emoji', () => {
  it('holds 1,024 pictures of 64 x 64 in less than 1.2 MB', async () => {
    expect(names).toHaveLength(COUNT);
    expect(side).toBe(64);
    const { width, height, format } = await sharp(`${folder}sheet.webp`).metadata();
    expect({ width, height, format }).toEqual({
      width: columns * 64,
      height: (COUNT / columns) * 64,
      format: 'webp',
    });
    expect(statSync(`${folder}sheet.webp`).size).toBeLessThan(MOST_BYTES);
  });

  it('holds no picture twice and none of the test split', () => {
    expect(new Set(names).size).toBe(COUNT);
    expect(names.filter(isOfTestSplit)).toEqual([]);
    // The samples are of the test split, so the rule finds some.
    expect(['1f436/noto', '1f355/twemoji', '1f604/fluent'].every(isOfTestSplit)).toBe(true);
  });

  it('takes the classes, three styles of nine categories, in turn', () => {
    names.forEach((name, i) => expect(name.split('/')[1]).toBe(STYLES[i % STYLES.length]));
    // Of every class 37 or 38: 1,024 over 27.
    expect(names.filter((name) => name.endsWith('/noto'))).toHaveLength(342);
  });

  it('names the licences of its sources', () => {
    const credits = readFileSync(`${folder}CREDITS.md`, 'utf8');
    ['Apache-2.0', 'CC-BY-4.0', '[MIT]', 'Microsoft Corporation'].forEach((part) =>
      expect(credits).toContain(part),
    );
  });
});
