import type { Tensor } from '@tensorflow/tfjs-core';
import { memory, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { Parameter, zeros } from '@restok/ops';
import { expectClose, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { globalNorm, Optimizer } from './optimizer';
import type { OptimizerOptions } from './optimizer';

/** Backends take 1 - 0.99 in float32, which is off by 1e-6. */
const TOLERANCE = 2e-6;

describe.each(testBackends)('Optimizer on %s', (backend) => {
  let parameters: [string, Parameter][];
  const made: Optimizer[] = [];
  const learningRate = 0.1;

  function adamW(options: Partial<OptimizerOptions> = {}): Optimizer {
    const optimizer = new Optimizer(parameters, { beta1: 0.9, beta2: 0.99, weightDecay: 0, ...options });
    made.push(optimizer);
    return optimizer;
  }

  function valuesOf(index: number): Float32Array {
    return Float32Array.from(parameters[index]![1].value.dataSync());
  }

  beforeEach(async () => {
    await useTestBackend(backend);
    parameters = [
      ['mlp.fc1.weight', new Parameter([1, 2], zeros)],
      ['mlp.fc1.bias', new Parameter([2], zeros)],
    ];
    parameters.forEach(([, parameter]) => parameter.load(Float32Array.of(1, -1)));
  });

  afterEach(() => {
    parameters.forEach(([, parameter]) => parameter.dispose());
    made.splice(0).forEach((optimizer) => optimizer.dispose());
  });

  const gradients = (): Tensor[] => [tensor2d([[3, -4]]), tensor1d([0, 12])];

  it('moves each weight by the learning rate against its gradient in the first step', () => {
    // m̂ / √v̂ is the sign of the gradient then; the norm is 13.
    adamW().step(gradients(), 1, { learningRate, gradientNorm: 13 });
    expectClose(valuesOf(0), [0.9, -0.9], TOLERANCE);
    expectClose(valuesOf(1), [1, -1.1], TOLERANCE);
  });

  it('decays matrices and leaves biases alone', () => {
    adamW({ weightDecay: 0.5 }).step([tensor2d([[0, 0]]), tensor1d([0, 0])], 1, {
      learningRate,
      gradientNorm: 0,
    });
    expectClose(valuesOf(0), [0.95, -0.95], TOLERANCE);
    expectClose(valuesOf(1), [1, -1], 0);
  });

  it('scales gradients of a larger norm down to the bound', () => {
    const optimizer = adamW({ maxGradNorm: 6.5 });
    optimizer.step(gradients(), 1, { learningRate, gradientNorm: 13 });
    // Half the gradient, times 1 - β1, and its square times 1 - β2.
    expectClose(optimizer.momentsOf('mlp.fc1.weight').mean, [0.15, -0.2], TOLERANCE);
    expectClose(optimizer.momentsOf('mlp.fc1.bias').variance, [0, 0.36], TOLERANCE);
  });

  it('leaves gradients of a smaller norm as they are', () => {
    const optimizer = adamW({ maxGradNorm: 14 });
    optimizer.step(gradients(), 1, { learningRate, gradientNorm: 13 });
    expectClose(optimizer.momentsOf('mlp.fc1.weight').mean, [0.3, -0.4], TOLERANCE);
  });

  it('scales gradients and norm before it clips', () => {
    const optimizer = adamW({ maxGradNorm: 6.5 });
    optimizer.step(gradients(), 1, { learningRate, gradientNorm: 13, gradientScale: 0.5 });
    expectClose(optimizer.momentsOf('mlp.fc1.weight').mean, [0.15, -0.2], TOLERANCE);
  });

  it('goes on from loaded moments', () => {
    const optimizer = adamW();
    optimizer.restore('mlp.fc1.bias', { mean: tensor1d([1, 1]), variance: tensor1d([4, 4]) });
    optimizer.step([tensor2d([[0, 0]]), tensor1d([0, 0])], 2, { learningRate, gradientNorm: 0 });
    // 0.9 / (1 - 0.81) over √(3.96 / (1 - 0.9801)).
    const moved = (0.1 * (0.9 / 0.19)) / Math.sqrt(3.96 / 0.0199);
    expectClose(valuesOf(1), [1 - moved, -1 - moved], TOLERANCE);
  });

  it('keeps the number of tensors, and none once it is disposed', async () => {
    const optimizer = adamW();
    const given = gradients();
    const left = await tensorsLeftBy(() => optimizer.step(given, 1, { learningRate, gradientNorm: 13 }));
    expect(left).toBe(0);
    const before = memory().numTensors;
    optimizer.dispose();
    expect(memory().numTensors).toBe(before - 4);
    given.forEach((gradient) => gradient.dispose());
  });
});

describe.each(testBackends)('globalNorm on %s', (backend) => {
  it('is the Euclidean norm over all tensors and leaves none behind', async () => {
    await useTestBackend(backend);
    const tensors = [tensor([3, 4]), tensor([[12]])];
    expect(await globalNorm(tensors)).toBeCloseTo(13, 5);
    expect(await tensorsLeftBy(() => globalNorm(tensors))).toBe(0);
    tensors.forEach((each) => each.dispose());
  });

  it('is not finite when a value is not', async () => {
    await useTestBackend(backend);
    for (const value of [NaN, Infinity]) {
      const wrong = tensor([1, value]);
      expect(Number.isFinite(await globalNorm([wrong]))).toBe(false);
      wrong.dispose();
    }
  });
});
