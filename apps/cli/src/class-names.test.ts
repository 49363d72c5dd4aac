import { describe, expect, it } from 'vitest';
import { findClasses, nearestNames } from './class-names';
import { UsageError } from './usage-error';

const names = ['animals/noto', 'animals/twemoji', 'food/noto', 'travel/noto', '1'];
const classes = { numClasses: 5, names };

describe('findClasses', () => {
  it('takes names and numbers, each class once and in the order given', () => {
    expect(findClasses(['food/noto', '0', '2', 'animals/noto'], classes)).toEqual([
      { label: 2, name: 'food/noto' },
      { label: 0, name: 'animals/noto' },
    ]);
  });

  it('takes a name that looks like a number for the name', () => {
    expect(findClasses(['1'], classes)).toEqual([{ label: 4, name: '1' }]);
  });

  it('calls classes without names by their number', () => {
    expect(findClasses(['07'], { numClasses: 8 })).toEqual([{ label: 7, name: '7' }]);
  });

  it.each(['5', '-1', '99999999999999999999'])('refuses the number %s, which is out of range', (text) => {
    expect(() => findClasses([text], classes)).toThrow(
      new UsageError(
        `restok: --class must be in 0-4, the classes of this generator, got ${text}. Name another; restok info lists them.`,
      ),
    );
  });

  it('suggests the nearest names for an unknown one', () => {
    expect(() => findClasses(['food/noto', 'food/nto'], classes)).toThrow(
      new UsageError(
        'restok: --class must be a class of this generator, got "food/nto". Did you mean food/noto? restok info lists all.',
      ),
    );
    expect(() => findClasses(['xyz'], classes)).toThrow(/got "xyz"\. restok info lists them\.$/);
  });

  it('asks for a number where the classes have no names', () => {
    expect(() => findClasses(['dog'], { numClasses: 8 })).toThrow(
      /must be in 0-7, .* no names, got "dog"\. Give a number\.$/,
    );
  });
});

describe('nearestNames', () => {
  it('puts names with few changed letters first', () => {
    // "fod/noto" lacks one letter of food/noto; to travel/noto it is five.
    expect(nearestNames('fod/noto', names)).toEqual(['food/noto']);
  });

  it('finds names that begin alike, whatever the case, the shorter rest first', () => {
    expect(nearestNames('Animals', names)).toEqual(['animals/noto', 'animals/twemoji']);
  });

  it('gives at most three', () => {
    expect(nearestNames('cat', ['cat1', 'cat2', 'cat3', 'cat4'])).toEqual(['cat1', 'cat2', 'cat3']);
  });

  it('gives none where nothing is near', () => {
    expect(nearestNames('zebra', names)).toEqual([]);
  });
});
