import { describe, expect, it } from 'vitest';
import { ConfigError, ShapeError } from './errors';
import { isPowerOfTwo, levelOfLatent, levelSchedule, poolingGrid } from './level-schedule';

describe('levelSchedule', () => {
  it('splits 128 latents into 1, 1, 2, 4, 8, 16, 32 and 64', () => {
    const schedule = levelSchedule(128);
    expect(schedule.levelSizes).toEqual([1, 1, 2, 4, 8, 16, 32, 64]);
    expect(schedule.levelOffsets).toEqual([0, 1, 2, 4, 8, 16, 32, 64]);
    expect(schedule.numLatents).toBe(128);
  });

  it('makes every prefix of levels a power of two', () => {
    const { levelSizes } = levelSchedule(32);
    const prefixes = levelSizes.map((_, k) =>
      levelSizes.slice(0, k + 1).reduce((sum, size) => sum + size, 0),
    );
    expect(prefixes).toEqual([1, 2, 4, 8, 16, 32]);
  });

  it('has two levels at its smallest', () => {
    expect(levelSchedule(2).levelSizes).toEqual([1, 1]);
  });

  it('pools each level on the grid of its size', () => {
    const grids = levelSchedule(256).levelGrids.map(({ rows, columns }) => `${rows}x${columns}`);
    expect(grids).toEqual(['1x1', '1x1', '1x2', '2x2', '2x4', '4x4', '4x8', '8x8', '8x16']);
  });

  it.each([0, 1, -2, 3, 100, 2.5, Number.NaN, Infinity])(
    'throws ConfigError for %d latents',
    (numLatents) => {
      expect(() => levelSchedule(numLatents)).toThrow(ConfigError);
      expect(() => levelSchedule(numLatents)).toThrow(`at least 2, got ${numLatents}`);
    },
  );
});

describe('poolingGrid', () => {
  it('doubles the columns first, then the rows, in turn', () => {
    const grids = [1, 2, 4, 8, 16, 32, 64, 128, 256].map(poolingGrid);
    expect(grids.map(({ rows }) => rows)).toEqual([1, 1, 2, 2, 4, 4, 8, 8, 16]);
    expect(grids.map(({ columns }) => columns)).toEqual([1, 2, 2, 4, 4, 8, 8, 16, 16]);
  });

  it.each([0, 3, 12, 0.5])('throws ShapeError for a level of %d latents', (size) => {
    expect(() => poolingGrid(size)).toThrow(ShapeError);
    expect(() => poolingGrid(size)).toThrow(`got ${size}`);
  });
});

describe('isPowerOfTwo', () => {
  it('accepts 1, 2, 4 and powers beyond 32 bits', () => {
    expect([1, 2, 4, 1024, 2 ** 29, 2 ** 31, 2 ** 52].every(isPowerOfTwo)).toBe(true);
  });

  it('refuses what is between, below 1, or so close to a power that its logarithm rounds to a whole number', () => {
    const others = [0, -1, -2, 3, 6, 0.5, 2 ** 48 + 1, 2 ** 53 - 1, Number.NaN, Infinity];
    expect(others.filter(isPowerOfTwo)).toEqual([]);
  });
});

describe('levelOfLatent', () => {
  it('counts each latent to the level whose range holds it', () => {
    const schedule = levelSchedule(16);
    const levels = Array.from({ length: 16 }, (_, index) => levelOfLatent(schedule, index));
    expect(levels).toEqual([0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4]);
  });

  it('agrees with the offsets at both ends of every level', () => {
    const schedule = levelSchedule(256);
    schedule.levelOffsets.forEach((offset, level) => {
      expect(levelOfLatent(schedule, offset)).toBe(level);
      expect(levelOfLatent(schedule, offset + schedule.levelSizes[level]! - 1)).toBe(level);
    });
  });

  it.each([-1, 16, 1.5, Number.NaN])('throws ShapeError for latent %d of 16', (index) => {
    expect(() => levelOfLatent(levelSchedule(16), index)).toThrow(ShapeError);
    expect(() => levelOfLatent(levelSchedule(16), index)).toThrow(`in 0 ... 15, got ${index}`);
  });
});
