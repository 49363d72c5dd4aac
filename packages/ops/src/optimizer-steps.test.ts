import type { Tensor } from '@tensorflow/tfjs-core';
import { ones, scalar, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  KERNEL_TOLERANCE,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AdamWOptions, AdamWState } from './optimizer-steps';
import { adamW, movingAverage, squaredNorm } from './optimizer-steps';

const OPTIONS: AdamWOptions = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 0,
  weightDecay: 0,
  step: 1,
  gradientScale: 1,
};

function startingAt(...values: number[]): AdamWState {
  const shape = [values.length];
  return { value: tensor1d(values), mean: zeros(shape), variance: zeros(shape) };
}

function disposeAll(...tensors: Tensor[]): void {
  tensors.forEach((tensor) => tensor.dispose());
}

describe.each(testBackends)('adamW on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('moves by the learning rate against the sign of the gradient in its first step', () => {
    const gradient = tensor1d([2, -0.001, 30, 4, -5]);
    const next = adamW(startingAt(1, 1, 1, 1, 1), gradient, OPTIONS);
    expectClose(next.value, [0.9, 1.1, 0.9, 0.9, 1.1], KERNEL_TOLERANCE);
    expectClose(next.mean, [0.2, -0.0001, 3, 0.4, -0.5], KERNEL_TOLERANCE);
    expectClose(next.variance, [0.2, 5e-8, 45, 0.8, 1.25], KERNEL_TOLERANCE);
    disposeAll(gradient, next.value, next.mean, next.variance);
  });

  it('corrects the bias of the second step', () => {
    const gradients = [tensor1d([2]), tensor1d([-2])] as const;
    const first = adamW(startingAt(1), gradients[0], OPTIONS);
    const next = adamW(first, gradients[1], { ...OPTIONS, step: 2 });
    // Mean 0.9 · 0.2 - 0.2 = -0.02 over 1 - 0.81; variance 0.95 · 0.2 + 0.2 = 0.39 over 1 - 0.9025 is 4.
    expectClose(next.mean, [-0.02], KERNEL_TOLERANCE);
    expectClose(next.variance, [0.39], KERNEL_TOLERANCE);
    expectClose(next.value, [0.9 + 0.1 * (0.02 / 0.19 / 2)], KERNEL_TOLERANCE);
    disposeAll(...gradients, next.value, next.mean, next.variance);
  });

  it('shrinks the value by learning rate times decay, apart from the gradient', () => {
    const gradient = tensor1d([1, 1]);
    const next = adamW(startingAt(10, -10), gradient, { ...OPTIONS, weightDecay: 0.5 });
    expectClose(next.value, [9.5 - 0.1, -9.5 - 0.1], KERNEL_TOLERANCE);
    disposeAll(gradient, next.value, next.mean, next.variance);
  });

  it('adds epsilon to the corrected deviation', () => {
    const gradient = tensor1d([1]);
    const next = adamW(startingAt(0), gradient, { ...OPTIONS, epsilon: 3 });
    // Corrected mean and deviation are 1: 0.1 · 1 / (1 + 3).
    expectClose(next.value, [-0.025], KERNEL_TOLERANCE);
    disposeAll(gradient, next.value, next.mean, next.variance);
  });

  it('scales the gradient before the moments see it', () => {
    const gradient = tensor1d([8]);
    const next = adamW(startingAt(0), gradient, { ...OPTIONS, gradientScale: 0.25 });
    expectClose(next.mean, [0.2], KERNEL_TOLERANCE);
    expectClose(next.variance, [0.2], KERNEL_TOLERANCE);
    expect([...gradient.dataSync()]).toEqual([8]);
    disposeAll(gradient, next.value, next.mean, next.variance);
  });

  it('updates the moments but not the value at a learning rate of 0', () => {
    const gradient = tensor1d([2]);
    const next = adamW(startingAt(7), gradient, { ...OPTIONS, learningRate: 0, weightDecay: 1 });
    expect([...next.value.dataSync()]).toEqual([7]);
    expectClose(next.mean, [0.2], KERNEL_TOLERANCE);
    disposeAll(gradient, next.value, next.mean, next.variance);
  });

  it('consumes the state, keeps the gradient and leaves no tensors behind', async () => {
    const gradient = tensor1d([1, 2]);
    const state = startingAt(1, 2);
    const left = await tensorsLeftBy(() => {
      const next = adamW(state, gradient, OPTIONS);
      expect([state.value, state.mean, state.variance].every((tensor) => tensor.isDisposed)).toBe(true);
      disposeAll(next.value, next.mean, next.variance);
    });
    expect(left).toBe(-3);
    expect(gradient.isDisposed).toBe(false);
    gradient.dispose();
  });

  it('throws ShapeError, consuming nothing, when a shape differs', () => {
    const state = startingAt(1, 2);
    const gradient = tensor1d([1, 2, 3]);
    expect(() => adamW(state, gradient, OPTIONS)).toThrow(ShapeError);
    expect(() => adamW(state, gradient, OPTIONS)).toThrow('adamW: gradient must be [2], got [3]');
    expect([...state.value.dataSync()]).toEqual([1, 2]);
    const short = { ...state, mean: gradient };
    expect(() => adamW(short, state.value, OPTIONS)).toThrow('adamW: mean must be [2], got [3]');
    disposeAll(state.value, state.mean, state.variance, gradient);
  });
});

describe.each(testBackends)('movingAverage on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('keeps the share of the decay and takes the rest of the value', () => {
    const value = tensor2d([20, 0, -5, 4, 1, 1], [2, 3]);
    const average = movingAverage(tensor2d([10, 10, 5, 4, 0, 2], [2, 3]), value, 0.9);
    expectClose(average, [11, 9, 4, 4, 0.1, 1.9], KERNEL_TOLERANCE);
    expect(average.shape).toEqual([2, 3]);
    disposeAll(average, value);
  });

  it('is the value at a decay of 0, the average at 1', () => {
    const value = tensor1d([3]);
    const fresh = movingAverage(tensor1d([1]), value, 0);
    const kept = movingAverage(tensor1d([1]), value, 1);
    expect([fresh.dataSync()[0], kept.dataSync()[0]]).toEqual([3, 1]);
    disposeAll(fresh, kept, value);
  });

  it('consumes the average alone and leaves no tensors behind', async () => {
    const [average, value] = [tensor1d([1]), tensor1d([2])];
    expect(await tensorsLeftBy(() => movingAverage(average, value, 0.5).dispose())).toBe(-1);
    expect([average.isDisposed, value.isDisposed]).toEqual([true, false]);
    value.dispose();
  });

  it('throws ShapeError, consuming nothing, when the shapes differ', () => {
    const [average, value] = [tensor1d([1]), tensor1d([1, 2])];
    expect(() => movingAverage(average, value, 0.5)).toThrow(ShapeError);
    expect(average.isDisposed).toBe(false);
    disposeAll(average, value);
  });
});

describe.each(testBackends)('squaredNorm on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('adds up the squares of all elements', () => {
    const x = tensor2d([3, 4, 0, -1, 2, 1], [2, 3]);
    const norm = squaredNorm(x);
    expect(norm.shape).toEqual([]);
    expectClose(norm, [31], KERNEL_TOLERANCE);
    disposeAll(x, norm);
  });

  it('takes a scalar and a thousand elements', () => {
    const [single, many] = [scalar(-3), ones([1003])];
    const [of1, of1003] = [squaredNorm(single), squaredNorm(many)];
    expectClose(of1, [9], KERNEL_TOLERANCE);
    expectClose(of1003, [1003], KERNEL_TOLERANCE);
    disposeAll(single, many, of1, of1003);
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 5);
    expect(await tensorsLeftBy(() => squaredNorm(x).dispose())).toBe(0);
    x.dispose();
  });
});
