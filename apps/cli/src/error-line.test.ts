import { readFile } from 'node:fs/promises';
import { DataError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { errorLine } from './error-line';

describe('errorLine', () => {
  it('says what an error of the file system means', async () => {
    const error: unknown = await readFile('no-such-file').catch((problem: unknown) => problem);
    expect(errorLine(error)).toBe('restok: cannot use no-such-file: it does not exist. Check the path.');
  });

  it('joins the lines of a message', () => {
    expect(errorLine(new DataError('read: two\n  lines.\n'))).toBe('read: two lines.');
  });

  it('takes what is no error', () => {
    expect(errorLine('stopped')).toBe('stopped');
  });
});
