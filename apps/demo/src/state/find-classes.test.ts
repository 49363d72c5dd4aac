import { describe, expect, it } from 'vitest';
import { findClasses } from './find-classes';

describe('findClasses', () => {
  const names = ['wild animals/noto', 'animals/noto', 'animals/fluent', 'food/noto'];

  it('finds names that hold every word, those that start with the first before others', () => {
    expect(findClasses(names, 'Animals noto')).toEqual(['animals/noto', 'wild animals/noto']);
  });

  it('finds all when nothing is searched', () => {
    expect(findClasses(names, ' ')).toEqual(names);
  });
});
