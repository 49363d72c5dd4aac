import { DataError, Random, ShapeError } from '@restok/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patterned } from '../test/patterned-picture';
import { cropPicture, evaluationCrop, flipPicture, resizeShorterEdge, trainingCrop } from './crop';
import type { Picture } from './picture';

/** A crop's size must be a whole number from 1. */
const NO_SIZES = [0, -1, 1.5, NaN];

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Runs something and gives the length of the largest byte array that it made. */
function largestArrayOf(run: () => void): number {
  let largest = 0;
  const counted = new Proxy(Uint8Array, {
    construct(target, args) {
      const made = Reflect.construct(target, args) as Uint8Array;
      largest = Math.max(largest, made.length);
      return made;
    },
  });
  vi.stubGlobal('Uint8Array', counted);
  run();
  vi.unstubAllGlobals();
  return largest;
}

describe('cropPicture', () => {
  it('takes the rectangle at left and top', () => {
    // Red values 0 ... 5 in two rows of three.
    const pixels = Uint8Array.from([0, 1, 2, 3, 4, 5].flatMap((red) => [red, 10, 20]));
    expect(cropPicture({ width: 3, height: 2, pixels }, 1, 1, 2, 1)).toEqual({
      width: 2,
      height: 1,
      pixels: Uint8Array.of(4, 10, 20, 5, 10, 20),
    });
  });

  it.each([
    [-1, 0, 1, 1],
    [0, 1, 3, 2],
    [2, 0, 2, 1],
    [0, 0, 0, 1],
    [0.5, 0, 1, 1],
  ])('refuses %d, %d, %d x %d of 3 x 2', (left, top, width, height) => {
    expect(() => cropPicture(patterned(3, 2), left, top, width, height)).toThrow(ShapeError);
  });
});

describe('flipPicture', () => {
  it('exchanges left and right in every row and keeps the channels', () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const flipped = flipPicture({ width: 2, height: 2, pixels });
    expect([...flipped.pixels]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
  });
});

describe('resizeShorterEdge', () => {
  it('gives the shorter edge the size and truncates the longer one', () => {
    // 4 * 5 / 3 = 6.67
    expect(resizeShorterEdge(patterned(5, 3), 4)).toMatchObject({ width: 6, height: 4 });
    expect(resizeShorterEdge(patterned(3, 5), 4)).toMatchObject({ width: 4, height: 6 });
    expect(resizeShorterEdge(patterned(3, 3), 4)).toMatchObject({ width: 4, height: 4 });
  });

  it('refuses what would be hundreds of megapixels', () => {
    expect(() => resizeShorterEdge(patterned(1, 20_000), 256)).toThrow(
      new DataError(
        'resizeShorterEdge: a picture of 1 x 20000 would become 256 x 5120000, more than 100 megapixels. Crop it first.',
        { width: 256, height: 5_120_000 },
      ),
    );
  });

  it.each(NO_SIZES)('refuses the size %d', (size) => {
    expect(() => resizeShorterEdge(patterned(3, 2), size)).toThrow(ShapeError);
  });
});

describe('evaluationCrop', () => {
  it('enlarges a single pixel, and reduces 24 megapixels of one colour to it', () => {
    const pixel = Uint8Array.of(9, 100, 250);
    const flat = Uint8Array.from({ length: 3 * 9 }, (_, i) => pixel[i % 3]!);
    expect(evaluationCrop({ width: 1, height: 1, pixels: pixel }, 3).pixels).toEqual(flat);
    const pixels = new Uint8Array(6000 * 4000 * 3);
    new Uint32Array(pixels.buffer).fill(0x64646464);
    expect(new Set(evaluationCrop({ width: 6000, height: 4000, pixels }, 16).pixels)).toEqual(
      new Set([0x64]),
    );
  });

  it('takes the centre, and rounds half a margin to even', () => {
    // Margins of one and a half pixels become two; of half a pixel none.
    const reds = (picture: Picture): number[] => [...picture.pixels].filter((_, i) => i % 3 === 0);
    const row = (width: number): Picture => ({
      width,
      height: 1,
      pixels: Uint8Array.from({ length: width * 3 }, (_, i) => Math.floor(i / 3)),
    });
    expect(reds(evaluationCrop(row(3), 1))).toEqual([1]);
    expect(reds(evaluationCrop(row(4), 1))).toEqual([2]);
    expect(reds(evaluationCrop(row(2), 1))).toEqual([0]);
  });

  it.each([
    [40, 30, 16],
    [30, 41, 16],
    [16, 16, 16],
    [17, 16, 16],
    [9, 5, 16],
    [1, 7, 8],
    [64, 3, 2],
  ])('equals resizing all of %i x %i and cropping to %i', (width, height, size) => {
    const picture = patterned(width, height);
    const resized = resizeShorterEdge(picture, size);
    const start = (side: number): number => {
      const margin = (side - size) / 2;
      return Number.isInteger(margin) ? margin : 2 * Math.round(margin / 2);
    };
    expect(evaluationCrop(picture, size)).toEqual(
      cropPicture(resized, start(resized.width), start(resized.height), size, size),
    );
  });

  it.each([
    [20_000, 1],
    [1, 20_000],
  ])('makes nothing longer than the square of a picture of %i x %i', (width, height) => {
    const picture = patterned(width, height);
    const size = 64;
    const largest = largestArrayOf(() => {
      expect(evaluationCrop(picture, size)).toMatchObject({ width: size, height: size });
    });
    expect(largest).toBe(size * size * 3);
  });

  it.each(NO_SIZES)('refuses the size %d', (size) => {
    expect(() => evaluationCrop(patterned(3, 2), size)).toThrow(ShapeError);
  });
});

describe('trainingCrop', () => {
  it('gives the size, from every shape', () => {
    for (const [width, height] of [
      [5, 9],
      [64, 33],
      [16, 16],
    ] as const) {
      for (let seed = 0; seed < 8; seed++) {
        const crop = trainingCrop(patterned(width, height), 16, new Random(seed), true);
        expect([crop.width, crop.height, crop.pixels.length]).toEqual([16, 16, 768]);
      }
    }
  });

  it('draws the same from the same seed and others from others', () => {
    const picture = patterned(40, 30);
    const crop = (seed: number): Picture => trainingCrop(picture, 16, new Random(seed), true);
    expect(crop(3)).toEqual(crop(3));
    const distinct = new Set([0, 1, 2, 3, 4, 5, 6, 7].map((seed) => crop(seed).pixels.join()));
    expect(distinct.size).toBeGreaterThan(4);
  });

  it('keeps a constant picture constant, the halving included', () => {
    const pixels = new Uint8Array(50 * 45 * 3).fill(77);
    const crop = trainingCrop({ width: 50, height: 45, pixels }, 8, new Random(1), true);
    expect(crop.pixels).toEqual(new Uint8Array(8 * 8 * 3).fill(77));
  });

  it('mirrors only when it may', () => {
    // Darker on the left, so a mirrored crop is darker on the right. Half of 32 seeds are expected to be.
    const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (Math.floor(i / 3) % 16) * 15);
    const mirrored = (flip: boolean): number =>
      Array.from({ length: 32 }, (_, seed) =>
        trainingCrop({ width: 16, height: 16, pixels }, 8, new Random(seed), flip),
      ).filter((crop) => crop.pixels[0]! > crop.pixels[21]!).length;
    expect(mirrored(false)).toBe(0);
    expect(mirrored(true)).toBeGreaterThan(4);
    expect(mirrored(true)).toBeLessThan(28);
  });

  it('makes nothing longer than the square of a picture of 20000 x 1', () => {
    const picture = patterned(20_000, 1);
    const largest = largestArrayOf(() => {
      trainingCrop(picture, 64, new Random(0), false);
    });
    expect(largest).toBe(64 * 64 * 3);
  });

  it.each(NO_SIZES)('refuses the size %d', (size) => {
    expect(() => trainingCrop(patterned(3, 2), size, new Random(1), false)).toThrow(ShapeError);
  });
});
