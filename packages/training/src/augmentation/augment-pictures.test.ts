import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor4d } from '@tensorflow/tfjs-core';
import {
  expectClose,
  expectGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { augmentPictures, brightness, contrast, cutout, saturation, translate } from './augment-pictures';

/** A few float32 roundings. */
const ROUNDING = 1e-6;

describe.each(testBackends)('on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  const pair = (): Tensor4D => tensor4d([1, 3, 5, 7, 2, 4, 6, 8], [2, 1, 2, 2]);

  describe('brightness, saturation and contrast', () => {
    it('add to a picture, and stretch it about its means', () => {
      expectClose(brightness(pair(), [0.5, 1]), [1, 3, 5, 7, 2.5, 4.5, 6.5, 8.5], ROUNDING);
      expectClose(saturation(pair(), [0, 1]), [2, 2, 6, 6, 1, 5, 5, 9], ROUNDING);
      expectClose(contrast(pair(), [0, 0.5]), [2.5, 3.5, 4.5, 5.5, 2, 4, 6, 8], ROUNDING);
    });
  });

  describe('translate', () => {
    it('shows what lies below and to the right, with zeros from outside', () => {
      const grid = tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
      expectClose(translate(grid, { rows: [1], columns: [0] }), [4, 5, 6, 7, 8, 9, 0, 0, 0], ROUNDING);
      expectClose(translate(grid, { rows: [0], columns: [-1] }), [0, 1, 2, 0, 4, 5, 0, 7, 8], ROUNDING);
    });
  });

  describe('cutout', () => {
    it('blanks a rectangle and cuts it off at the edge', () => {
      const ones = tensor4d(new Array<number>(16).fill(1), [1, 4, 4, 1]);
      const blanked = cutout(ones, { rows: [4], columns: [1] }, 0.5);
      expectClose(blanked, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1], ROUNDING);
    });
  });

  describe('augmentPictures', () => {
    const everything = {
      colour: { brightness: [0.1, 0.9], saturation: [0.3, 0.7], contrast: [0.2, 0.8] },
      translation: { rows: [1, -1], columns: [0, 1] },
      cutout: { rows: [0, 2], columns: [1, 3] },
    };

    it('has the gradient of what it computes', () => {
      const pixels = seededTensor(1, 2, 4, 4, 3);
      expectGradients(([x]: Tensor[]) => augmentPictures(x as Tensor4D, everything), [pixels]);
    });

    it('leaves pictures alone where nothing was drawn, and no tensors behind', async () => {
      const pixels = pair();
      expectClose(augmentPictures(pixels, {}), pixels, 0);
      const large = seededTensor(2, 2, 4, 4, 3) as Tensor4D;
      expect(await tensorsLeftBy(() => augmentPictures(large, everything).dispose())).toBe(0);
    });
  });
});
