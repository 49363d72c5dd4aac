import { describe, expect, it } from 'vitest';
import { quoteName } from './quote-name';

describe('quoteName', () => {
  it('keeps a message on one line', () => {
    expect(quoteName('a"b\nc')).toBe(String.raw`"a\"b\nc"`);
  });

  it('cuts a name that is longer than a line', () => {
    expect(quoteName('x'.repeat(1_000_000))).toBe(`"${'x'.repeat(100)}…"`);
  });
});
