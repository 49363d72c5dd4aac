import { describe, expect, it } from 'vitest';
import { packedBytes, textToTokens, tokensToText } from './token-text';

describe('tokensToText', () => {
  it('writes the bits of the indices one after the other', () => {
    // 12 bits each: 000001 000010 and 111111 111110 are characters 1, 2, 63 and 62.
    expect(tokensToText([0b000001000010, 0b111111111110], 4096)).toBe('BC_-');
  });

  it('pads the last character with zeros', () => {
    // 3 bits: 101, then 000 for filling: 40 is "o".
    expect(tokensToText([5], 8)).toBe('o');
  });

  it('makes 128 characters of 64 indices of 12 bits', () => {
    expect(tokensToText(new Int32Array(64), 4096)).toHaveLength(128);
  });
});

describe('textToTokens', () => {
  it.each([4096, 8192, 5, 2])('reads what was written for a codebook of %i', (codebookSize) => {
    const indices = Int32Array.from({ length: 64 }, (_, i) => (i * 2654435761) % codebookSize);
    expect(textToTokens(tokensToText(indices, codebookSize), 64, codebookSize)).toEqual(indices);
  });

  it('refuses a text that is cut off, too long or holds other characters', () => {
    const text = tokensToText(new Int32Array(64), 4096);
    expect(textToTokens(text.slice(1), 64, 4096)).toBeUndefined();
    expect(textToTokens(`${text}A`, 64, 4096)).toBeUndefined();
    expect(textToTokens(`!${text.slice(1)}`, 64, 4096)).toBeUndefined();
  });

  it('refuses an index that is in no codebook', () => {
    expect(textToTokens('4', 1, 5)).toBeUndefined();
  });
});

describe('packedBytes', () => {
  it('counts whole bytes', () => {
    expect([packedBytes(64, 4096), packedBytes(1, 4096), packedBytes(0, 4096)]).toEqual([96, 2, 0]);
  });
});
