import type { Tensor } from '@tensorflow/tfjs-core';
import { grad, ones, sum, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { runWithGradients, seededTensor, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropout } from './dropout';

const valuesOf = (x: Tensor): number[] => [...x.dataSync()];

/** Which of the first 32 values seed 1 drops at a rate of one half, the same on every backend. */
const DROPPED = [0, 2, 4, 8, 10, 11, 12, 15, 17, 18, 20, 23, 24, 25, 27, 29, 30];

describe.each(testBackends)('dropout on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('drops the values that the seed says and divides the others by the kept share', () => {
    tidy(() => {
      const values = valuesOf(dropout(ones([4, 8]), { rate: 0.5, seed: 1 }));
      expect(values.flatMap((value, i) => (value === 0 ? [i] : []))).toEqual(DROPPED);
      expect(new Set(values)).toEqual(new Set([0, 2]));
    });
  });

  it('drops about the share that is asked for, and other values for another seed', () => {
    tidy(() => {
      const [first, second] = [5, 6].map((seed) => valuesOf(dropout(ones([10000]), { rate: 0.1, seed })));
      const dropped = first!.filter((value) => value === 0).length;
      // Standard deviation 30.
      expect(Math.abs(dropped - 1000)).toBeLessThan(120);
      const both = first!.filter((value, i) => value === 0 && second![i] === 0).length;
      // Expected 100, standard deviation 10.
      expect(Math.abs(both - 100)).toBeLessThan(40);
    });
  });

  it('drops groups as one', () => {
    tidy(() => {
      const groups = dropout(ones([32, 2, 3]), { rate: 0.5, seed: 1, groupSize: 6 });
      const sums = valuesOf(sum(groups, [1, 2]));
      expect(sums.flatMap((value, i) => (value === 0 ? [i] : []))).toEqual(DROPPED);
      expect(new Set(sums)).toEqual(new Set([0, 12]));
    });
  });

  it('gives the gradient to the values that it kept', () => {
    tidy(() => {
      const x = seededTensor(1, 4, 8);
      const options = { rate: 0.25, seed: 9 };
      const gradient = grad((y: Tensor) => dropout(y, options))(x);
      expect(valuesOf(gradient)).toEqual(valuesOf(dropout(ones([4, 8]), options)));
    });
  });

  it('changes nothing at a rate of 0', () => {
    tidy(() => {
      const x = seededTensor(1, 100);
      expect(valuesOf(dropout(x, { rate: 0, seed: 3 }))).toEqual(valuesOf(x));
    });
  });

  it('throws ShapeError for a rate of 1 and for groups that do not divide the values', () => {
    tidy(() => {
      expect(() => dropout(ones([4]), { rate: 1, seed: 0 })).toThrow(ShapeError);
      expect(() => dropout(ones([4]), { rate: NaN, seed: 0 })).toThrow('below 1, got NaN');
      expect(() => dropout(ones([4]), { rate: 0.5, seed: 0, groupSize: 3 })).toThrow(
        'dropout: groupSize must divide 4 values, got 3',
      );
    });
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 3, 4);
    const compute = ([y]: Tensor[]): Tensor => dropout(y!, { rate: 0.5, seed: 1 });
    expect(await tensorsLeftBy(() => runWithGradients(compute, [x]))).toBe(0);
    x.dispose();
  });
});
