import { describe, expect, it } from 'vitest';
import { ShapeError } from './errors';
import { Random } from './random';

/** Draws of each distribution test. Bounds are five standard errors wide: with a fixed seed they cannot flicker. */
const DRAWS = 20_000;

function draw<T>(next: () => T, count = DRAWS): T[] {
  return Array.from({ length: count }, next);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function expectNear(value: number, expected: number, standardDeviation: number): void {
  const bound = (5 * standardDeviation) / Math.sqrt(DRAWS);
  expect(Math.abs(value - expected)).toBeLessThan(bound);
}

describe('Random', () => {
  it('gives the numbers of xoshiro128** from the state 1, 2, 3, 4', () => {
    // rotl(5 · w1, 7) · 9 with w1 = 2: 10 · 128 · 9 = 11520. Then w1 = 2 ^ 3 ^ 1 = 0, then w1 = 1029: 5927040.
    const random = new Random(0);
    random.state = [1, 2, 3, 4];
    expect(draw(() => random.nextUint32(), 4)).toEqual([11520, 0, 5927040, 70819200]);
  });

  it('gives the same numbers for the same seed and others for another', () => {
    const numbers = (seed: number): number[] => {
      const random = new Random(seed);
      return draw(() => random.nextUint32(), 8);
    };
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
    expect(numbers(0).every((value) => value === 0)).toBe(false);
  });

  it('continues exactly where its state was taken', () => {
    const random = new Random(3);
    random.normal();
    const saved = random.state;
    const expected = draw(() => random.uniform(), 5);
    const other = new Random(99);
    other.state = saved;
    expect(draw(() => other.uniform(), 5)).toEqual(expected);
  });

  it('hands out a state that later draws do not change', () => {
    const random = new Random(3);
    const saved = random.state;
    const copy = [...saved];
    random.uniform();
    expect(saved).toEqual(copy);
    expect(random.state).not.toEqual(copy);
  });

  it.each([[[]], [[1, 2, 3]], [[0, 0, 0, 0]], [[1, 2, 3, -1]], [[1, 2, 3, 2 ** 32]], [[1, 2, 3, 0.5]]])(
    'throws ShapeError for the state %j',
    (words) => {
      const random = new Random(1);
      expect(() => {
        random.state = words;
      }).toThrow(ShapeError);
      expect(random.uniform()).toBe(new Random(1).uniform());
    },
  );
});

describe('Random.fork', () => {
  it('depends on the label and on the state, and draws nothing', () => {
    const random = new Random(5);
    const before = random.state;
    const [first, again, other] = ['a', 'a', 'b'].map((label) => random.fork(label).nextUint32());
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(random.state).toEqual(before);
    expect(new Random(6).fork('a').nextUint32()).not.toBe(first);
  });

  it('tells apart labels of the same letters, and prefixes', () => {
    const random = new Random(5);
    const labels = ['', 'a', 'aa', 'ab', 'ba', 'blocks.1', 'blocks.11', 'ä', '😀'];
    const firsts = labels.map((label) => random.fork(label).nextUint32());
    expect(new Set(firsts).size).toBe(labels.length);
  });

  it('is not correlated with the stream it comes from', () => {
    const random = new Random(11);
    const fork = random.fork('weights');
    // The product of two independent uniforms about 0.5 has mean 0 and deviation 1/12.
    const products = draw(() => (random.uniform() - 0.5) * (fork.uniform() - 0.5));
    expectNear(mean(products), 0, 1 / 12);
  });
});

describe('Random.uniform', () => {
  it('lies in [0, 1) with mean 1/2 and variance 1/12', () => {
    const random = new Random(1);
    const values = draw(() => random.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expectNear(mean(values), 1 / 2, Math.sqrt(1 / 12));
    // (u - 1/2)² has mean 1/12 and variance 1/80 - 1/144.
    expectNear(mean(values.map((value) => (value - 0.5) ** 2)), 1 / 12, Math.sqrt(1 / 80 - 1 / 144));
  });
});

describe('Random.normal', () => {
  it('has mean 0, variance 1, no skew and a kurtosis of 3', () => {
    const random = new Random(2);
    const values = draw(() => random.normal());
    // Moments of order 2n of a standard normal: 1, 3, 15, 105.
    expectNear(mean(values), 0, 1);
    expectNear(mean(values.map((value) => value ** 2)), 1, Math.sqrt(3 - 1));
    expectNear(mean(values.map((value) => value ** 3)), 0, Math.sqrt(15));
    expectNear(mean(values.map((value) => value ** 4)), 3, Math.sqrt(105 - 9));
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('Random.integer', () => {
  it('draws each whole number below the bound equally often', () => {
    const random = new Random(3);
    const values = draw(() => random.integer(5));
    for (let value = 0; value < 5; value++) {
      const share = values.filter((drawn) => drawn === value).length / DRAWS;
      expectNear(share, 1 / 5, Math.sqrt(0.2 * 0.8));
    }
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4]));
  });
});

describe('Random.weighted', () => {
  it('draws each index as often as its weight says', () => {
    const random = new Random(4);
    const values = draw(() => random.weighted([1, 0, 3, 4]));
    [1 / 8, 0, 3 / 8, 4 / 8].forEach((wanted, index) => {
      const share = values.filter((drawn) => drawn === index).length / DRAWS;
      expect(share === 0).toBe(wanted === 0);
      expectNear(share, wanted, Math.max(1e-3, Math.sqrt(wanted * (1 - wanted))));
    });
  });

  it('draws the only index that has weight', () => {
    const random = new Random(4);
    expect(new Set(draw(() => random.weighted([0, 2, 0]), 200))).toEqual(new Set([1]));
  });
});

describe('Random.permutation', () => {
  it('holds every number once', () => {
    expect([...new Random(5).permutation(100)].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect([...new Random(5).permutation(0)]).toEqual([]);
  });

  it('draws the six orders of three equally often', () => {
    const random = new Random(6);
    const counts = new Map<string, number>();
    for (const order of draw(() => random.permutation(3).join(''))) {
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    counts.forEach((count) => expectNear(count / DRAWS, 1 / 6, Math.sqrt((1 / 6) * (5 / 6))));
  });
});
