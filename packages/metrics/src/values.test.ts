import type { Tensor } from '@tensorflow/tfjs-core';
import { stack, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { Random } from '@restok/core/random';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  codebookEntropy,
  codebookUsage,
  featureStatistics,
  inceptionScore,
  msSsim,
  precisionRecall,
  psnr,
  ssim,
} from './index';

beforeAll(() => useTestBackend('cpu'));

const random = new Random(4);
const draws = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform());

/** Rows that add up to 1. */
const probabilities = Array.from({ length: 7 }, () => {
  const row = [...draws(4)];
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => value / total);
});

describe('rows', () => {
  it('are flattened with their width, an array each, or a tensor', () => {
    const flat = probabilities.flat();
    const score = inceptionScore(flat, 4);
    expect(inceptionScore(probabilities)).toBe(score);
    expect(inceptionScore(tensor2d(probabilities))).toBeCloseTo(score, 6);
    expect(inceptionScore(probabilities, 4, { splitSize: 3 })).toBe(
      inceptionScore(flat, 4, { splitSize: 3 }),
    );

    const [reference, samples] = [draws(60), draws(40)];
    const wanted = precisionRecall(reference, samples, { dim: 4, k: 2 });
    const tensors = [tensor2d(reference, [15, 4]), tensor2d(samples, [10, 4])] as const;
    expect(precisionRecall(...tensors, { k: 2 })).toEqual(wanted);
    expect(featureStatistics(tensors[0]).covariance).toEqual(featureStatistics(reference, 4).covariance);
  });

  it('throw ShapeError when nothing says their width, or they say different ones', () => {
    expect(() => inceptionScore([0.5, 0.5])).toThrow(ShapeError);
    expect(() => inceptionScore([0.5, 0.5])).toThrow('rows must say how wide they are, got 2 values');
    expect(() => featureStatistics(tensor([1, 2, 3]))).toThrow(
      'rows must say how wide they are, got 3 values',
    );
    expect(() => inceptionScore([[0.5, 0.5], [1]])).toThrow('rows must be of one width, got 2 and 1 values');
    expect(() => inceptionScore(probabilities, 3)).toThrow('rows must have 3 values, got 4');
    expect(() => precisionRecall(tensor2d([[1], [2]]), tensor2d([[1, 2]]))).toThrow(
      'rows must have 1 values, got 2',
    );
  });
});

describe('inceptionScore with splits', () => {
  it('is the mean over so many parts, as equal as can be', () => {
    const part = (start: number, end: number): number => inceptionScore(probabilities.slice(start, end));
    const wanted = (part(0, 2) + part(2, 4) + part(4, 7)) / 3;
    expect(inceptionScore(probabilities, { splits: 3 })).toBeCloseTo(wanted, 12);
    expect(inceptionScore(probabilities, { splits: 1 })).toBe(inceptionScore(probabilities));
  });

  it('throws ShapeError for more parts than rows, none, or both ways at once', () => {
    for (const splits of [0, 8, 1.5]) {
      expect(() => inceptionScore(probabilities, { splits })).toThrow('from 1 to 7, the rows, got');
    }
    expect(() => inceptionScore(probabilities, { splits: 2, splitSize: 2 })).toThrow('exclude each other');
  });
});

describe('pictures', () => {
  const shape = [161, 176, 3] as const;
  const size = 161 * 176 * 3;
  const format = { height: 161, width: 176 };
  const originals = [draws(size), draws(size)] as const;
  const copies = originals.map((values) => values.map((value) => 0.9 * value));
  const batch = (pictures: readonly Float32Array[]): Tensor =>
    stack(pictures.map((values) => tensor(values, [...shape])));

  it.each([
    ['psnr', psnr],
    ['ssim', ssim],
    ['msSsim', msSsim],
  ] as const)('are scored by %s as arrays, tensors, or batches with the mean', (_, metric) => {
    const single = originals.map((original, i) => metric(original, copies[i]!, format));
    expect(metric(tensor(originals[0], [...shape]), tensor(copies[0]!, [...shape]))).toBeCloseTo(
      single[0]!,
      12,
    );
    expect(metric(batch(originals), batch(copies))).toBeCloseTo((single[0]! + single[1]!) / 2, 12);
  });

  it('throw ShapeError as tensors of other shapes', () => {
    const one = tensor(originals[0], [...shape]);
    expect(() => psnr(one, batch(copies))).toThrow(
      'reconstruction must be [161, 176, 3] as the reference is',
    );
    expect(() => ssim(tensor([1, 2]), tensor([1, 2]))).toThrow('[B, height, width, channels], got [2]');
  });
});

describe('indices', () => {
  it('are counted in tensors of any shape', () => {
    const indices = tensor2d([0, 0, 1, 2], [2, 2], 'int32');
    expect(codebookUsage(indices, 4)).toBe(0.75);
    expect(codebookEntropy(indices, 4)).toBeCloseTo(1.5, 6);
  });
});
