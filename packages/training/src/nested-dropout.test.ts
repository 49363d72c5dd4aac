import { ConfigError, Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { drawNumKept, nestedDropout } from './nested-dropout';

describe('nestedDropout', () => {
  it('gives the published probabilities for 64 latents and 0.2', () => {
    const { lengths, probabilities } = nestedDropout(64, 4, 0.2);
    expect(lengths).toEqual([4, 8, 16, 32, 64]);
    // Weights 1, 2, 4, 8 and 15 * 4 = 60, of 75.
    [1 / 75, 2 / 75, 4 / 75, 8 / 75, 0.8].forEach((probability, i) => {
      expect(probabilities[i]).toBeCloseTo(probability, 12);
    });
  });

  it('truncates 1 / 0.3 to 3, so that the full length has 2/3', () => {
    expect(nestedDropout(64, 4, 0.3).probabilities.at(-1)).toBeCloseTo(2 / 3, 12);
  });

  it('never keeps all above one half, as int(1 / dropProb) is 1 then', () => {
    expect(nestedDropout(8, 4, 0.6).probabilities).toEqual([1, 0]);
  });

  it('keeps all when the shortest length is the full one', () => {
    expect(nestedDropout(8, 8, 0.2)).toEqual({ lengths: [8], probabilities: [1] });
  });

  it('throws ConfigError when the probability or the shortest length is out of range', () => {
    for (const [shortest, probability] of [
      [4, 0],
      [4, 1.1],
      [4, NaN],
      [128, 0.2],
    ] as const) {
      expect(() => nestedDropout(64, shortest, probability)).toThrow(ConfigError);
    }
  });

  it('throws ConfigError when the lengths would pass the full one by', () => {
    expect(() => nestedDropout(64, 3, 0.2)).toThrow(/num_min_tokens must double to 64, got 3/);
    expect(() => nestedDropout(48, 4, 0.2)).toThrow(ConfigError);
  });
});

describe('drawNumKept', () => {
  const dropout = nestedDropout(64, 4, 0.2);

  it('draws each length as often as its probability says', () => {
    const count = 20_000;
    const drawn = drawNumKept(dropout, count, new Random(5));
    dropout.lengths.forEach((length, i) => {
      const probability = dropout.probabilities[i]!;
      const share = drawn.filter((kept) => kept === length).length / count;
      // Five standard deviations of a share.
      const bound = 5 * Math.sqrt((probability * (1 - probability)) / count);
      expect(Math.abs(share - probability), `length ${length}`).toBeLessThan(bound);
    });
  });

  it('gives one length a sample, the same for the same seed', () => {
    const drawn = drawNumKept(dropout, 12, new Random(7));
    expect(drawn).toHaveLength(12);
    expect(drawNumKept(dropout, 12, new Random(7))).toEqual(drawn);
    expect(drawNumKept(dropout, 12, new Random(8))).not.toEqual(drawn);
  });
});
