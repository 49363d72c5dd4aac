import { describe, expect, it } from 'vitest';
import { outputNames } from './file-names';

describe('outputNames', () => {
  it('leaves out folder and extension', () => {
    expect(outputNames(['folder/cat.png', 'dog.tar.jpg', 'C:\\pictures\\bird.png'])).toEqual([
      'cat',
      'dog.tar',
      'bird',
    ]);
  });

  it('numbers names that are the same, also in upper case or with an extension of their own', () => {
    expect(outputNames(['a/x.png', 'b/x.png', 'X.jpg', 'x-2.png'])).toEqual(['x', 'x-2', 'X-3', 'x-2-2']);
  });

  it('keeps the files of one picture off those of another', () => {
    expect(outputNames(['a.png', 'a.keep-4.png'], ['.png', '.keep-4.png'])).toEqual(['a', 'a.keep-4-2']);
  });

  it('cannot leave the output folder', () => {
    const names = outputNames(['../../x', '/etc/passwd', '..', '', 'a\0b.png', '..\\..\\y.png']);
    expect(names.every((name) => name !== '' && !/[\\/\0]/.test(`${name}.png`))).toBe(true);
  });

  it('makes no hidden file of a name of dots', () => {
    expect(outputNames(['.', '..', 'a/...'])).toEqual(['picture', 'picture-2', 'picture-3']);
  });

  it('cuts names that no file system takes, and tells them apart', () => {
    const names = outputNames([`${'x'.repeat(300)}.png`, 'x'.repeat(400), '雪'.repeat(100)]);
    expect(names).toEqual(['x'.repeat(180), `${'x'.repeat(180)}-2`, '雪'.repeat(60)]);
  });

  it('keeps letters of every script', () => {
    expect(outputNames(['snow 雪 é.png'])).toEqual(['snow 雪 é']);
  });
});
