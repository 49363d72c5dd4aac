import { ShapeError } from '@restok/core';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkChannels } from './check-channels';

describe('checkChannels', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('accepts vectors of the width, and leaves out what is undefined', () => {
    tidy(() => checkChannels('op', 2, { gain: tensor1d([1, 2]), shift: undefined }));
  });

  it('throws ShapeError that names the first other one', () => {
    tidy(() => {
      const [fits, matrix] = [tensor1d([1, 2]), tensor2d([[1, 2]])];
      const check = (): void => checkChannels('op', 2, { gain: fits, shift: matrix });
      expect(check).toThrow(ShapeError);
      expect(check).toThrow('op: shift must be [2], got [1, 2]. Pass one value per channel.');
    });
  });
});
