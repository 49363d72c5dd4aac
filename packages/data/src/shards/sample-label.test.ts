import { describe, expect, it } from 'vitest';
import { labelOf } from './sample-label';

describe('labelOf', () => {
  it('takes the text of a .cls, and label or cls of a .json', () => {
    expect(labelOf('cls', Buffer.from(' 12\n'))).toBe('12');
    expect(labelOf('json', Buffer.from('{"label": 12, "cls": 3}'))).toBe('12');
    expect(labelOf('json', Buffer.from('{"cls": "tabby cat"}'))).toBe('tabby cat');
  });

  it('is empty for a .json that says nothing of a class', () => {
    expect(labelOf('json', Buffer.from('{"width": 3}'))).toBe('');
  });

  it('is absent for what holds no label', () => {
    const texts = ['', 'two\nlines', 'a'.repeat(300)];
    expect(texts.map((text) => labelOf('cls', Buffer.from(text)))).toEqual(texts.map(() => undefined));
    const values = ['[]', '{"label": 1.5}', '{"label": null}', 'no json'];
    expect(values.map((text) => labelOf('json', Buffer.from(text)))).toEqual(values.map(() => undefined));
    expect(labelOf('cls', undefined)).toBeUndefined();
  });
});
