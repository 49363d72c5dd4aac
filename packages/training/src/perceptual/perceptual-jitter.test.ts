import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fill, tensor4d } from '@tensorflow/tfjs-core';
import { Random, ShapeError } from '@restok/core';
import { expectClose, seededTensor, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordedDraws, seededDraws } from '../draws';
import { drawPerceptualJitter, jitterPictures } from './perceptual-jitter';

/** A few float32 roundings. */
const ROUNDING = 1e-5;

describe('drawPerceptualJitter', () => {
  it('draws top, bottom, left and right, each from 0 to 15', () => {
    expect(drawPerceptualJitter(recordedDraws([], [1, 2, 3, 4]))).toEqual({
      top: 1,
      bottom: 2,
      left: 3,
      right: 4,
    });
    const draws = seededDraws(new Random(1));
    const cuts = Array.from({ length: 200 }, () => drawPerceptualJitter(draws).top);
    expect([Math.min(...cuts), Math.max(...cuts)]).toEqual([0, 15]);
  });
});

describe('jitterPictures', () => {
  beforeAll(() => useTestBackend('restok-node'));

  it('gives the picture back where just the padding is cut off', () => {
    const pixels = seededTensor(1, 1, 6, 8, 3) as Tensor4D;
    const whole = { top: 15, bottom: 15, left: 15, right: 15 };
    expectClose(jitterPictures(pixels, whole), pixels, ROUNDING);
  });

  it('moves the picture, its edge repeated, where one side is cut off more', () => {
    const pixels = tensor4d([0, 1, 2, 3], [1, 1, 4, 1]);
    const moved = jitterPictures(pixels, { top: 15, bottom: 15, left: 13, right: 15 });
    expect(moved.shape).toEqual([1, 1, 4, 1]);
    // Six columns 0, 0, 0, 1, 2, 3 shrunk to four: the first still lies in the repeated edge.
    expect(Math.abs(moved.dataSync()[0]!)).toBeLessThan(0.05);
  });

  it('keeps a constant picture', () => {
    const jittered = jitterPictures(fill([1, 5, 7, 3], 0.3) as Tensor4D, {
      top: 0,
      bottom: 9,
      left: 4,
      right: 15,
    });
    expectClose(jittered, new Array<number>(105).fill(0.3), ROUNDING);
  });

  it('throws ShapeError for a cut that is not in 0 ... 15', () => {
    const pixels = seededTensor(1, 1, 6, 8, 3) as Tensor4D;
    expect(() => jitterPictures(pixels, { top: 16, bottom: 0, left: 0, right: 0 })).toThrow(ShapeError);
  });
});
