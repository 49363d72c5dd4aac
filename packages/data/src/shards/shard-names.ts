import { fileURLToPath } from 'node:url';
import { DataError } from '@restok/core/errors';

/** More shards than any published set has. */
const MAX_SHARDS = 100_000;

/** Several patterns stand in one text with this between them. */
const SEPARATOR = '::';

/** Whether a text names tar shards rather than a folder: it has several patterns, or one that ends in .tar or is a URL. */
export function isShardPattern(text: string): boolean {
  return text.includes(SEPARATOR) || /\.(tar(\.\w+)?|tgz)$/i.test(text) || schemeOf(text) !== undefined;
}

/**
 * Names of shards from a pattern in the form of WebDataset: `{0000..1023}` counts (with the zeros of its ends),
 * `{a,b}` lists, both may be nested, and `::` stands between patterns.
 *
 * @returns paths and http(s) URLs, in the order of the pattern.
 * @throws DataError in one line when braces do not fit, a name is no .tar, or there are more than 100,000.
 */
export function shardNames(pattern: string): string[] {
  const names = pattern.split(SEPARATOR).flatMap((each) => expand(each, pattern));
  const first = names.find((name) => !/\.tar$/i.test(pathOf(name)));
  if (first !== undefined) {
    const advice = /\.(tar\.\w+|tgz)$/i.test(first) ? 'Unpack it to a .tar first' : 'Correct the pattern';
    throw new DataError(`openShards: ${JSON.stringify(first)} must be the name of a .tar. ${advice}.`);
  }
  return names.map(localPath);
}

/** The texts that a pattern with braces stands for. */
function expand(text: string, whole: string): string[] {
  const open = text.indexOf('{');
  if (open < 0) {
    if (text.includes('}')) {
      throw unbalanced(whole);
    }
    return [text];
  }
  const { parts, end } = partsOfBrace(text, open, whole);
  const before = text.slice(0, open);
  const middles =
    parts.length === 1 ? counted(parts[0]!, whole) : parts.flatMap((part) => expand(part, whole));
  const afters = expand(text.slice(end), whole);
  if (before.includes('}')) {
    throw unbalanced(whole);
  }
  if (middles.length * afters.length > MAX_SHARDS) {
    throw tooMany(whole);
  }
  return middles.flatMap((middle) => afters.map((after) => before + middle + after));
}

/** What stands between the commas of a brace, and where the text goes on behind it. */
function partsOfBrace(text: string, open: number, whole: string): { parts: string[]; end: number } {
  const parts: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < text.length; i++) {
    const character = text[i];
    if (character === '{') {
      depth += 1;
    } else if (character === ',' && depth === 1) {
      parts.push(text.slice(start, i));
      start = i + 1;
    } else if (character === '}' && --depth === 0) {
      return { parts: [...parts, text.slice(start, i)], end: i + 1 };
    }
  }
  throw unbalanced(whole);
}

/** `0000..1023`, up or down; zeros in front are kept. */
function counted(range: string, whole: string): string[] {
  const match = /^(\d+)\.\.(\d+)$/.exec(range);
  if (match === null) {
    throw new DataError(
      `openShards: {${range}} in ${JSON.stringify(whole)} must be a range such as {0000..0127} or a list such as {a,b}. Correct the pattern.`,
    );
  }
  const [first, last] = [match[1]!, match[2]!];
  const isPadded = [first, last].some((text) => text.length > 1 && text.startsWith('0'));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  const [from, to] = [Number(first), Number(last)];
  const count = Math.abs(to - from) + 1;
  if (count > MAX_SHARDS) {
    throw tooMany(whole);
  }
  const step = to < from ? -1 : 1;
  return Array.from({ length: count }, (_, i) => String(from + i * step).padStart(width, '0'));
}

/** Without what follows the path of a URL. */
function pathOf(name: string): string {
  return schemeOf(name) === undefined ? name : name.replace(/[?#].*$/, '');
}

function localPath(name: string): string {
  const scheme = schemeOf(name);
  if (scheme === 'file') {
    return name.startsWith('file://') ? fileURLToPath(name) : name.slice('file:'.length);
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new DataError(
      `openShards: ${JSON.stringify(name)} must be a path or an http(s) URL, got ${scheme}:. Copy the shards to a folder and name them there.`,
    );
  }
  return name;
}

/** One letter is a drive of Windows. */
function schemeOf(name: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(name)?.[1]?.toLowerCase();
}

function unbalanced(pattern: string): DataError {
  return new DataError(
    `openShards: braces in ${JSON.stringify(pattern)} must be closed, each { by a }. Correct the pattern.`,
  );
}

function tooMany(pattern: string): DataError {
  return new DataError(
    `openShards: ${JSON.stringify(pattern)} must name at most ${MAX_SHARDS} shards. Name fewer.`,
  );
}
