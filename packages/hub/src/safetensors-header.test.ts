import { CheckpointError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { HeaderEntry } from '../test/safetensors-bytes';
import { f32, safetensorsBytes } from '../test/safetensors-bytes';
import { headerLength, parseHeader } from './safetensors-header';

/** Parses the header of a file that is put together by hand. */
function parse(
  header: string | Record<string, HeaderEntry>,
  dataBytes: number,
): ReturnType<typeof parseHeader> {
  const file = safetensorsBytes(header, dataBytes);
  return parseHeader(file.subarray(8, file.length - dataBytes), file.length, 'a.safetensors');
}

function lengthOf(claimed: bigint, fileSize: number): number {
  return headerLength(safetensorsBytes('', 0, claimed), fileSize, 'a.safetensors');
}

describe('headerLength', () => {
  it('reads an unsigned 64-bit number, low byte first', () => {
    expect(headerLength(Uint8Array.of(0x34, 0x12, 0, 0, 0, 0, 0, 0), 5000, 'a')).toBe(0x1234);
  });

  it('takes a header that fills the file', () => {
    expect(lengthOf(92n, 100)).toBe(92);
  });

  it.each([
    ['one that reaches beyond the file', 93n, 100],
    ['one that only a negative number could mean', 2n ** 64n - 1n, 100],
    ['one larger than the format allows, even in a larger file', 100_000_001n, 2 ** 40],
    ['one too short for {}', 1n, 100],
  ])('refuses %s, before anything is read', (_what, claimed, fileSize) => {
    expect(() => lengthOf(claimed, fileSize)).toThrow(
      `openSafetensors: a.safetensors is not a valid safetensors file: its header claims ${claimed} bytes in a file of ${fileSize}. Get the file again.`,
    );
  });
});

describe('parseHeader', () => {
  it('gives the byte range in the file of every tensor', () => {
    const header = { b: f32([2], 4, 12), a: f32([], 0, 4), empty: f32([0, 3], 12, 12) };
    const start = 8 + JSON.stringify(header).length;
    expect(Object.fromEntries(parse(header, 12))).toEqual({
      a: { dtype: 'F32', shape: [], start, end: start + 4 },
      b: { dtype: 'F32', shape: [2], start: start + 4, end: start + 12 },
      empty: { dtype: 'F32', shape: [0, 3], start: start + 12, end: start + 12 },
    });
  });

  it('takes metadata, and padding after the JSON', () => {
    expect(parse('{"__metadata__": {"format": "pt"}}      ', 0).size).toBe(0);
  });

  it('takes __proto__ and other names of object members as names of tensors', () => {
    const entry = (start: number): string => JSON.stringify(f32([1], start, start + 4));
    const header = parse(`{"__proto__": ${entry(0)}, "constructor": ${entry(4)}}`, 8);
    expect([...header.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it.each(['F64', 'I64', 'U64'])('knows that %s takes eight bytes', (dtype) => {
    expect(parse({ a: { dtype, shape: [2], data_offsets: [0, 16] } }, 16).get('a')?.dtype).toBe(dtype);
  });

  it.each<[string, string | Record<string, HeaderEntry>, number, string]>([
    ['text that is not JSON', '{"a": ', 0, 'its header is not JSON'],
    ['bytes that are not JSON of an object', '[1, 2]', 0, 'its header is not an object'],
    ['null', 'null', 0, 'its header is not an object'],
    ['a name twice', '{"a": {}, "a": {}}', 0, 'its header names "a" twice'],
    ['a key of an entry twice', '{"a": {"dtype": "F32", "dtype": "F16"}}', 0, 'names "dtype" twice'],
    ['an entry that is null', '{"a": null}', 0, '"a" has the unknown type "undefined"'],
    ['an unknown type', { a: { dtype: 'F8', shape: [], data_offsets: [0, 1] } }, 1, 'the unknown type "F8"'],
    ['a member of objects as type', { a: { dtype: 'toString', shape: [] } }, 0, 'unknown type "toString"'],
    ['__proto__ as type', { a: { dtype: '__proto__', shape: [] } }, 0, 'unknown type "__proto__"'],
    ['no shape', { a: { dtype: 'F32', data_offsets: [0, 4] } }, 4, '"a" has no valid shape'],
    ['a negative side', { a: f32([-1], 0, 4) }, 4, '"a" has no valid shape'],
    ['a side that is no whole number', { a: f32([1.5], 0, 6) }, 6, '"a" has no valid shape'],
    ['a side as text', '{"a": {"dtype": "F32", "shape": ["1"]}}', 4, '"a" has no valid shape'],
    ['a side beyond exact numbers', '{"a": {"dtype": "F32", "shape": [1e300]}}', 4, 'no valid shape'],
    ['a negative offset', { a: f32([1], -4, 0) }, 4, '"a" has no valid data_offsets'],
    ['an offset that is no whole number', { a: f32([1], 0.5, 4.5) }, 5, '"a" has no valid data_offsets'],
    [
      'three offsets',
      { a: { dtype: 'F32', shape: [], data_offsets: [0, 4, 8] } },
      4,
      'no valid data_offsets',
    ],
    ['a range that ends before it starts', { a: f32([1], 4, 0) }, 4, 'needs 4 bytes, its range holds -4'],
    ['a shape that does not fit its range', { a: f32([2, 3], 0, 20) }, 20, '"a" [2, 3] F32 needs 24 bytes'],
    ['a product that overflows', { a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4, '"a" has a shape that no file'],
    ['an overflow times zero', { a: f32([2 ** 40, 2 ** 40, 0], 0, 0) }, 0, '"a" has a shape that no file'],
    ['a range beyond the file', { a: f32([2], 0, 8) }, 4, 'the file is cut off'],
    ['tensors that overlap', { a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12, '"b" overlaps the tensor before'],
    ['two tensors in one place', { a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4, '"b" overlaps'],
    ['a hole', { a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12, '"b" leaves a gap after the tensor before'],
    ['a hole before the first', { a: f32([1], 4, 8) }, 8, '"a" leaves a gap'],
    ['bytes after the last', { a: f32([1], 0, 4) }, 6, '2 bytes after the last tensor belong to none'],
    ['metadata that is no text', '{"__metadata__": {"a": 1}}', 0, '__metadata__ must hold texts only'],
    ['metadata that is a list', '{"__metadata__": ["a"]}', 0, '__metadata__ must hold texts only'],
  ])('refuses %s', (_what, header, dataBytes, problem) => {
    expect(() => parse(header, dataBytes)).toThrow(CheckpointError);
    expect(() => parse(header, dataBytes)).toThrow(problem);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseHeader(Uint8Array.of(0x22, 0xff, 0x22), 11, 'a')).toThrow('its header is not JSON');
  });

  it('says it in one line, whatever the name', () => {
    expect(() => parse({ 'a\nb': { dtype: 'x\ny' } }, 0)).toThrow(
      /^openSafetensors: a\.safetensors is not .*: "a\\nb" has the unknown type "x\\ny"\. Get the file again\.$/,
    );
  });
});
