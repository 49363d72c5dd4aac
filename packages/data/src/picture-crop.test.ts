import { Random, ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { patterned } from '../test/patterned-picture';
import { cropPicture, evaluationCrop, flipPicture, trainingCrop } from './crop';
import { extractionMethods } from './extraction-crops';
import type { Picture } from './picture';
import type { CropMethodName, PictureCrop } from './picture-crop';
import { applyCrop, cropMethods } from './picture-crop';

const names = Object.keys(cropMethods) as CropMethodName[];

function crop(method: CropMethodName, more: Partial<PictureCrop> = {}): PictureCrop {
  return { method, size: 8, shorterEdge: 8, flip: false, ...more };
}

/** What different seeds give, as texts. */
function drawn(picture: Picture, wanted: PictureCrop, seeds = 40): Set<string> {
  return new Set(
    Array.from({ length: seeds }, (_, seed) => applyCrop(picture, wanted, new Random(seed)).pixels.join()),
  );
}

describe('applyCrop', () => {
  it.each(names)('%s gives pictures of the size, the same for the same seed', (method) => {
    const picture = patterned(25, 31);
    const wanted = crop(method, { shorterEdge: 11, flip: true });
    const [first, second] = [1, 1].map((seed) => applyCrop(picture, wanted, new Random(seed)));
    expect([first!.width, first!.height]).toEqual([8, 8]);
    expect(first).toEqual(second);
  });

  it.each(names)('%s draws nothing where nothing is drawn from', (method) => {
    const picture = patterned(12, 10);
    const { pixels } = applyCrop(picture, crop(method, { flip: true, exchangeColors: true }));
    expect(pixels).toEqual(applyCrop(picture, crop(method)).pixels);
  });

  it('flips half of the pictures', () => {
    const picture = patterned(8, 8);
    const flips = Array.from({ length: 64 }, (_, seed) =>
      applyCrop(picture, crop('centre', { flip: true }), new Random(seed)),
    ).filter(({ pixels }) => pixels.join() === flipPicture(picture).pixels.join()).length;
    expect(flips).toBeGreaterThan(16);
    expect(flips).toBeLessThan(48);
  });

  it('exchanges the colours of half of the pictures, each in five ways, mirrored or not', () => {
    const picture = patterned(8, 8);
    const wanted = crop('centre', { flip: true });
    let exchanged = 0;
    const seen = new Set<string>();
    for (let seed = 0; seed < 128; seed++) {
      const plain = applyCrop(picture, wanted, new Random(seed)).pixels.join();
      const other = applyCrop(picture, { ...wanted, exchangeColors: true }, new Random(seed)).pixels.join();
      exchanged += other === plain ? 0 : 1;
      seen.add(other);
    }
    expect(exchanged).toBeGreaterThan(40);
    expect(exchanged).toBeLessThan(88);
    expect(seen.size).toBe(12);
  });

  it('throws ShapeError when the square is larger than the resized picture', () => {
    expect(() => applyCrop(patterned(9, 9), crop('randomCrop', { shorterEdge: 7 }))).toThrow(ShapeError);
  });
});

describe('cropMethods', () => {
  it('centre takes the middle at the resized size', () => {
    const picture = patterned(12, 10);
    const pixels = applyCrop(picture, crop('centre', { shorterEdge: 10 })).pixels;
    expect(pixels).toEqual(cropPicture(picture, 2, 1, 8, 8).pixels);
    expect(applyCrop(picture, crop('centre'), new Random(1))).toEqual(evaluationCrop(picture, 8));
  });

  it('randomCrop reaches every square of the resized picture and no other', () => {
    const picture = patterned(10, 9);
    const squares = [0, 1, 2].flatMap((left) =>
      [0, 1].map((top) => cropPicture(picture, left, top, 8, 8).pixels.join()),
    );
    expect(drawn(picture, crop('randomCrop', { shorterEdge: 9 }))).toEqual(new Set(squares));
  });

  it('randomResizedCrop is the crop of the published training', () => {
    const picture = patterned(20, 17);
    const cropped = applyCrop(picture, crop('randomResizedCrop', { flip: true }), new Random(5));
    expect(cropped).toEqual(trainingCrop(picture, 8, new Random(5), true));
  });

  it('randomCropOfSquare reaches every square of the centre square, centreOfSquare its middle', () => {
    // The centre square of 10 pixels begins at column 2; that of the ten-crop is the same.
    const picture = patterned(14, 10);
    const squares = [0, 1, 2].flatMap((left) =>
      [0, 1, 2].map((top) => cropPicture(picture, 2 + left, top, 8, 8).pixels.join()),
    );
    expect(drawn(picture, crop('randomCropOfSquare', { shorterEdge: 10 }), 100)).toEqual(new Set(squares));
    const middle = applyCrop(picture, crop('centreOfSquare', { shorterEdge: 10 }), new Random(1));
    expect(middle).toEqual(cropPicture(picture, 3, 1, 8, 8));
    // int(1.1 * 10) is 11.
    const { crop: tenCrop, plainCrop } = extractionMethods.tenCrop;
    const wanted = crop('centreOfSquare', { size: 10, shorterEdge: 11 });
    expect(applyCrop(picture, wanted)).toEqual(tenCrop(picture, 10)[plainCrop]);
  });
});
