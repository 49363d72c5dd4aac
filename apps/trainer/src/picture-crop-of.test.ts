import { ConfigError } from '@restok/core';
import type { PreprocessingConfig } from '@restok/training';
import { describe, expect, it } from 'vitest';

import { pictureCropOf } from './picture-crop-of';

const none: PreprocessingConfig = {
  random_crop: false,
  random_flip: false,
  random_color_exchange: false,
  random_resized_crop: false,
};
/** What is left to chance. */
const plain = { flip: false, exchangeColors: false };

describe('pictureCropOf', () => {
  it('takes the centre where the config asks for nothing', () => {
    expect(pictureCropOf(none, 64)).toEqual({ method: 'centre', size: 64, shorterEdge: 64, ...plain });
  });

  it('draws the size for the published tokenizer training, whatever else is given', () => {
    const published = { random_resized_crop: true, resize_shorter_edge: 256, random_crop: true };
    const crop = pictureCropOf({ ...none, ...published, random_flip: true }, 256);
    expect(crop).toEqual({ method: 'randomResizedCrop', size: 256, shorterEdge: 256, ...plain, flip: true });
  });

  it('crops the centre square at 1.1 times the size for the published generator training', () => {
    const published = { resize_with_crop: 1.1, resize_shorter_edge: 256 };
    expect(pictureCropOf({ ...none, ...published, random_crop: true }, 256)).toMatchObject({
      method: 'randomCropOfSquare',
      shorterEdge: 281,
    });
    expect(pictureCropOf({ ...none, ...published }, 256).method).toBe('centreOfSquare');
  });

  it.each<Partial<PreprocessingConfig>>([{}, { random_resized_crop: true }, { resize_with_crop: 1.1 }])(
    'flips and exchanges colours as the config says, with %j',
    (more) => {
      const wanted = { ...none, ...more, random_flip: true, random_color_exchange: true };
      expect(pictureCropOf(wanted, 64)).toMatchObject({ flip: true, exchangeColors: true });
    },
  );

  it('resizes the shorter edge before it crops', () => {
    const wide = { ...none, resize_shorter_edge: 72 };
    expect(pictureCropOf(wide, 64)).toMatchObject({ method: 'centre', shorterEdge: 72 });
    expect(pictureCropOf({ ...wide, random_crop: true }, 64)).toMatchObject({
      method: 'randomCrop',
      shorterEdge: 72,
    });
  });

  it('throws ConfigError naming the key that makes pictures too small', () => {
    expect(() => pictureCropOf({ ...none, resize_shorter_edge: 32 }, 64)).toThrow(ConfigError);
    expect(() => pictureCropOf({ ...none, resize_shorter_edge: 32 }, 64)).toThrow('resize_shorter_edge');
  });
});
