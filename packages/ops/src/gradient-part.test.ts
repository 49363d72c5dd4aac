import type { KernelFunc, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { grad, ones, registerKernel, tidy, unregisterKernel, zerosLike } from '@tensorflow/tfjs-core';
import { useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conv2d } from './conv2d';
import { kernelNames } from './kernel-names';
import { linear } from './linear';

describe('frozen layers', () => {
  const parts: unknown[] = [];
  const names = [kernelNames.linearGrad, kernelNames.conv2dGrad];

  beforeAll(async () => {
    await useTestBackend('cpu');
    for (const kernelName of names) {
      const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
        parts.push(attrs!['of']);
        return zerosLike(inputs[attrs!['of'] === 'input' ? 'x' : 'weight'] as Tensor);
      };
      registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
    }
  });
  beforeEach(() => void parts.splice(0));
  afterAll(() => names.forEach((name) => unregisterKernel(name, 'cpu')));

  it('get no gradients of their weights, and first layers none of the pictures', () => {
    tidy(() => {
      const [x, weight, bias] = [ones([1, 2]), ones([3, 2]) as Tensor2D, ones([3]) as Tensor1D];
      grad((input: Tensor) => linear(input, weight, bias))(x);
      const [picture, filter] = [ones([1, 2, 2, 1]) as Tensor4D, ones([3, 3, 1, 1]) as Tensor4D];
      grad((input: Tensor) => conv2d(input as Tensor4D, filter))(picture);
      expect(parts).toEqual(['input', 'input']);
      grad((values: Tensor) => linear(x, values as Tensor2D))(weight);
      expect(parts).toEqual(['input', 'input', 'weight']);
    });
  });
});
