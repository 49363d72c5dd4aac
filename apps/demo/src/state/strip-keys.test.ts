import { describe, expect, it } from 'vitest';
import { keptAfterKey } from './strip-keys';

const SIZES = [1, 1, 2, 4];

describe('keptAfterKey', () => {
  it.each([
    ['ArrowRight', 3, 4],
    ['ArrowLeft', 3, 2],
    ['Home', 3, 1],
    ['End', 3, 8],
    ['PageUp', 3, 4],
    ['PageDown', 3, 2],
    ['1', 8, 1],
    ['4', 3, 8],
  ])('%s at %i gives %i', (key, kept, expected) => {
    expect(keptAfterKey(key, kept, SIZES)).toBe(expected);
  });

  it.each(['9', '0', 'a', 'Tab', 'Enter'])('leaves %s alone', (key) => {
    expect(keptAfterKey(key, 3, SIZES)).toBeUndefined();
  });
});
