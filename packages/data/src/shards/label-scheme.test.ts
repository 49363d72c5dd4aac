import { describe, expect, it } from 'vitest';
import { labelScheme } from './label-scheme';

describe('labelScheme', () => {
  it('takes numbers as they are, up to the largest that occurs', () => {
    const { classNames, labelNumber } = labelScheme(['2', '0', '2']);
    expect(classNames).toEqual(['0', '1', '2']);
    expect(['0', '2', ''].map(labelNumber)).toEqual([0, 2, undefined]);
  });

  it('gives no class to numbers that can be none', () => {
    const { classNames, labelNumber } = labelScheme(['1', '-1', '70000', '99999999999999999999']);
    expect(classNames).toEqual(['0', '1']);
    expect(['-1', '70000', '1'].map(labelNumber)).toEqual([undefined, undefined, 1]);
  });

  it('numbers names in their order', () => {
    const { classNames, labelNumber } = labelScheme(['dog', '7', 'cat', '']);
    expect(classNames).toEqual(['7', 'cat', 'dog']);
    expect(['cat', 'dog', ''].map(labelNumber)).toEqual([1, 2, undefined]);
  });

  it('is one class where nothing has a label', () => {
    const { classNames, labelNumber } = labelScheme(['', '']);
    expect([classNames, labelNumber('')]).toEqual([['.'], 0]);
  });
});
