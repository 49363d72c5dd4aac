import { guidanceSchedules } from '@restok/generator';
import { preprocessings } from '@restok/metrics/inception';
import { describe, expect, it } from 'vitest';
import { resizeNames, scheduleNames } from './option-names';

describe('names that options take', () => {
  it('are all that there are', () => {
    expect(scheduleNames).toEqual(Object.keys(guidanceSchedules));
    expect(resizeNames).toEqual(Object.keys(preprocessings));
  });
});
