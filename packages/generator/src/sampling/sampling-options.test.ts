import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { checkedSamplingOptions } from './sampling-options';

describe('checkedSamplingOptions', () => {
  it('draws from all indices at temperature 1 when nothing is said', () => {
    expect(checkedSamplingOptions('test', {})).toEqual({ temperature: 1, topK: 0, topP: 1 });
  });

  it.each([
    ['temperature', { temperature: 0 }],
    ['temperature', { temperature: -1 }],
    ['temperature', { temperature: NaN }],
    ['temperature', { temperature: Infinity }],
    ['topK', { topK: -1 }],
    ['topK', { topK: 1.5 }],
    ['topP', { topP: 0 }],
    ['topP', { topP: 1.1 }],
    ['topP', { topP: NaN }],
  ])('throws ShapeError that names %s for %j', (argument, options) => {
    const run = () => checkedSamplingOptions('generate', options);
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(`generate: ${argument} must be`);
  });
});
