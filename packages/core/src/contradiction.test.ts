import { describe, expect, it } from 'vitest';
import { contradictionsOf } from './contradiction';

describe('contradictionsOf', () => {
  it('lists what does not hold, in the order in which it was demanded', () => {
    const found = contradictionsOf((demand) => {
      demand(false, 'a must be 1', ['a']);
      demand(true, 'b must be 2', ['b']);
      demand(false, 'a must be c', ['a', 'c']);
    });
    expect(found).toEqual([
      { keys: ['a'], problem: 'a must be 1' },
      { keys: ['a', 'c'], problem: 'a must be c' },
    ]);
  });
});
