import { describe, expect, it } from 'vitest';
import { formatRoute, numberSetting, parseRoute } from './route';

describe('parseRoute', () => {
  it('reads the view and its settings', () => {
    const { view, settings } = parseRoute('#/generate?class=animals%2Fnoto&seed=7');
    expect([view, settings.get('class'), settings.get('seed')]).toEqual(['generate', 'animals/noto', '7']);
  });

  it.each(['', '#', '#/', '#/nothing', '#something?x=1'])('takes the first view for "%s"', (hash) => {
    expect(parseRoute(hash).view).toBe('reconstruct');
  });
});

describe('formatRoute', () => {
  it('writes what parseRoute reads', () => {
    const { view, settings } = parseRoute(formatRoute('mix', { a: 'x/y', b: '', c: undefined, d: '2' }));
    expect([view, [...settings]]).toEqual([
      'mix',
      [
        ['a', 'x/y'],
        ['d', '2'],
      ],
    ]);
  });

  it('has no question mark without settings', () => {
    expect(formatRoute('train', { a: undefined })).toBe('#/train');
  });
});

describe('numberSetting', () => {
  const bounds = { fallback: 5, min: 1, max: 10 };

  it.each([
    ['3', 3],
    ['0', 1],
    ['99', 10],
    ['x', 5],
    ['', 5],
  ])('reads "%s" as %i', (text, expected) => {
    expect(numberSetting(new URLSearchParams({ n: text }), 'n', bounds)).toBe(expected);
  });

  it('falls back when there is none', () => {
    expect(numberSetting(new URLSearchParams(), 'n', bounds)).toBe(5);
  });
});
