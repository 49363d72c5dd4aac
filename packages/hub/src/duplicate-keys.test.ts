import { describe, expect, it } from 'vitest';
import { duplicateKeys } from './duplicate-keys';

describe('duplicateKeys', () => {
  it('finds none where keys repeat only in different objects or as values', () => {
    expect(duplicateKeys('{"a": {"a": 1}, "b": ["a", "a", {"a": "b"}], "c": "a"}')).toEqual([]);
  });

  it('finds repeated keys at any depth, whatever blanks stand before the colon', () => {
    expect(duplicateKeys('{"a": 1, "x": {"b" : 1, "b"\t:\n2}, "a": 3}')).toEqual(['b', 'a']);
  });

  it('knows the same key spelled with escapes', () => {
    expect(duplicateKeys('{"a\\u0062": 1, "ab": 2}')).toEqual(['ab']);
  });

  it('is not misled by quotes, brackets and colons in strings', () => {
    expect(duplicateKeys('{"}{\\"a\\":": "\\\\", "a": "{\\"a\\": 1}", "a\\\\": 2}')).toEqual([]);
  });

  it('sees __proto__ as any other key', () => {
    expect(duplicateKeys('{"__proto__": 1, "__proto__": 2}')).toEqual(['__proto__']);
  });

  it('takes a string of millions of characters', () => {
    expect(duplicateKeys(`{"a": "${'x'.repeat(5_000_000)}", "a": 1}`)).toEqual(['a']);
  });
});
