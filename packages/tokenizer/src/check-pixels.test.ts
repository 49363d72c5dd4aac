import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ones, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkPixels } from './check-pixels';

describe('checkPixels', () => {
  beforeAll(() => useTestBackend('cpu'));

  it.each<[string, () => unknown, string]>([
    ['an array', () => new Float32Array(192), 'a tensor, got Float32Array. Make one: tensor4d('],
    ['nothing', () => undefined, 'a tensor, got undefined. Make one: tensor4d('],
    ['one picture without its axis', () => ones([8, 8, 3]), 'got [8, 8, 3]. Resize and crop'],
    ['another size', () => ones([1, 4, 8, 3]), 'got [1, 4, 8, 3]. Resize and crop'],
    ['four channels', () => ones([1, 8, 8, 4]), 'got [1, 8, 8, 4]. Resize and crop'],
    ['no picture', () => ones([0, 8, 8, 3]), 'got [0, 8, 8, 3]. Resize and crop'],
    ['bytes', () => ones([1, 8, 8, 3], 'int32'), 'float32 in 0 ... 1, got int32. Divide bytes by 255'],
  ])('refuses %s in a line that says what to do', (_what, make, expected) => {
    tidy(() => {
      const check = (): void => checkPixels(make() as Tensor4D, 8);
      expect(check).toThrow(ShapeError);
      expect(check).toThrow('encode: pixels must be [B, 8, 8, 3]');
      expect(check).toThrow(expected);
    });
  });

  it('takes pictures of the size', () => {
    tidy(() => {
      expect(() => checkPixels(ones([2, 8, 8, 3]) as Tensor4D, 8)).not.toThrow();
    });
  });
});
