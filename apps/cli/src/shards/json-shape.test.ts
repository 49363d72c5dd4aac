import { DataError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { JsonShape } from './json-shape';
import { flag, listOf, numberIn, objectOf, oneOf, optional, recordOf, text, wholeIn } from './json-shape';

interface Order {
  readonly name: string;
  readonly count?: number;
}

const order: JsonShape<Order> = objectOf<Order>({ name: text, count: optional(wholeIn(1, 9)) });

describe('objectOf', () => {
  it('gives what fits', () => {
    expect(order({ name: 'a', count: 3 }, 'order')).toEqual({ name: 'a', count: 3 });
    expect(order({ name: 'a' }, 'order')).toEqual({ name: 'a', count: undefined });
  });

  it.each<[unknown, RegExp]>([
    [{ name: 'a', count: 10 }, /order\.count must be a whole number in 1 \.\.\. 9, got 10\./],
    [{ name: 'a', count: 1.5 }, /order\.count must be a whole number/],
    [{ name: '' }, /order\.name must be a text, got ""/],
    [{}, /order\.name must be a text, got nothing/],
    [{ name: 'a', command: 'rm' }, /order\.command must be left out, got "rm"/],
    [[], /order must be an object, got \[\]/],
    [null, /order must be an object, got null/],
  ])('refuses %j and names the place', (value, message) => {
    expect(() => order(value, 'order')).toThrow(DataError);
    expect(() => order(value, 'order')).toThrow(message);
  });
});

describe('the other shapes', () => {
  it.each<[JsonShape<unknown>, unknown, unknown]>([
    [flag, true, 'true'],
    [numberIn(0, 1), 0.5, NaN],
    [oneOf(['a', 'b']), 'b', 'c'],
    [listOf(text), ['a'], 'a'],
    [recordOf(text), { a: 'b' }, { a: 1 }],
  ])('take what fits only', (shape, right, wrong) => {
    expect(shape(right, 'it')).toEqual(right);
    expect(() => shape(wrong, 'it')).toThrow(DataError);
  });
});
