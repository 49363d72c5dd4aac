import { describe, expect, it } from 'vitest';
import { codeColour } from './code-colour';

describe('codeColour', () => {
  it('gives an entry the same colour each time and its neighbours others', () => {
    expect(codeColour(17)).toBe(codeColour(17));
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map(codeColour)).size).toBe(8);
  });

  it('is a colour that style sheets know', () => {
    expect(codeColour(4095)).toMatch(/^oklch\(\d+% 0\.\d\d \d+\.\d\)$/);
  });
});
