import { ShapeError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { patterned } from '../test/patterned-picture';
import { cropPicture, flipPicture } from './crop';
import type { ExtractionMethodName } from './extraction-crops';
import { extractionMethods } from './extraction-crops';

const { centre, centreAndFlip, tenCrop } = extractionMethods;
const names = Object.keys(extractionMethods) as ExtractionMethodName[];

describe('extractionMethods', () => {
  it.each(names)('%s makes as many pictures of the size as it says', (name) => {
    const { crop, numCrops, plainCrop } = extractionMethods[name];
    const crops = crop(patterned(25, 31), 10);
    expect(crops).toHaveLength(numCrops);
    expect(crops.every(({ width, height }) => width === 10 && height === 10)).toBe(true);
    expect(plainCrop).toBeLessThan(numCrops);
  });

  it.each(names)('%s throws ShapeError for a size that is none', (name) => {
    expect(() => extractionMethods[name].crop(patterned(4, 4), 0)).toThrow(ShapeError);
  });
});

describe('extractionMethods.centre', () => {
  it('takes the middle of a picture whose shorter side fits, the smaller half of an odd margin first', () => {
    const picture = patterned(9, 4);
    expect(centre.crop(picture, 4)).toEqual([cropPicture(picture, 2, 0, 4, 4)]);
  });

  it('halves a picture that is twice as large by averaging', () => {
    const pixels = Uint8Array.from([0, 100, 50, 250, 1, 1, 3, 3].flatMap((value) => [value, value, value]));
    const halved = centre.crop({ width: 4, height: 2, pixels }, 1);
    // Squares of 0, 100, 1, 1 and 50, 250, 3, 3 average to 25.5 and 76.5; the left one is in the middle.
    expect(halved).toEqual([{ width: 1, height: 1, pixels: Uint8Array.of(26, 26, 26) }]);
  });
});

describe('extractionMethods.centreAndFlip', () => {
  it('adds the mirror image', () => {
    const picture = patterned(4, 4);
    expect(centreAndFlip.crop(picture, 4)).toEqual([picture, flipPicture(picture)]);
  });
});

describe('extractionMethods.tenCrop', () => {
  it('takes corners and centre of a square 1.1 times as large, then those of its mirror image', () => {
    // 1.1 · 20 = 22, so the margins are 2 and the centre starts at 1.
    const square = patterned(22, 22);
    const places = [
      [0, 0],
      [2, 0],
      [0, 2],
      [2, 2],
      [1, 1],
    ];
    const mirrored = flipPicture(square);
    expect(tenCrop.crop(square, 20)).toEqual(
      [square, mirrored].flatMap((each) =>
        places.map(([left, top]) => cropPicture(each, left!, top!, 20, 20)),
      ),
    );
  });

  it('rounds half a margin to even, as for 256 pixels of 281', () => {
    // 281 - 256 = 25; its half, 12.5, becomes 12.
    const square = patterned(281, 281);
    expect(tenCrop.crop(square, 256)[tenCrop.plainCrop]).toEqual(cropPicture(square, 12, 12, 256, 256));
  });
});
