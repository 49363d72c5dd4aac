import { describe, expect, it } from 'vitest';
import { memoryDataset } from './memory-dataset';

const picture = (...rgba: number[]) => ({ side: 2, rgba: Uint8ClampedArray.from(rgba) });
const RED = [255, 0, 0, 255];
const BLACK = [0, 0, 0, 255];

describe('memoryDataset', () => {
  const dataset = memoryDataset([
    picture(...RED, ...BLACK, ...BLACK, ...BLACK),
    picture(...BLACK, ...BLACK, ...BLACK, ...RED),
  ]);

  it('gives pictures in the order asked for, as they are', async () => {
    const values = await dataset.read([1, 0]);
    expect(values.indexOf(1)).toBe(9);
    expect(values.lastIndexOf(1)).toBe(12);
  });

  it('mirrors them left to right where the draw says so', async () => {
    const random = { uniform: () => 0.1 };
    const values = await dataset.read([0], { random: random as never });
    expect([...values]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('needs a picture', () => {
    expect(() => memoryDataset([])).toThrow('at least one picture');
  });
});
