import type { AdamWOptions, DropoutOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { registerFused, sizeOf } from '../fused-kernel';
import type { Program } from '../program';
import { updates } from '../program';
import type { Elementwise } from './elementwise';
import { elementwiseGroups, elementwiseProgram, runElementwise } from './elementwise';

/** A program over every value that changes some of its buffers in place. */
function inPlace(kernel: Omit<Elementwise, 'outputs'>, updated: readonly string[]): Program {
  const program = elementwiseProgram({ ...kernel, outputs: [] });
  return {
    ...program,
    buffers: { ...program.buffers, ...Object.fromEntries(updated.map((name) => [name, updates()])) },
  };
}

const adamW = inPlace(
  {
    key: 'adamW',
    inputs: ['gradient'],
    parameters: {
      beta1: 'f32',
      beta2: 'f32',
      rest1: 'f32',
      rest2: 'f32',
      stepSize: 'f32',
      keep: 'f32',
      correction: 'f32',
      epsilon: 'f32',
      gradientScale: 'f32',
    },
    body: `let g = gradient[i] * p.gradientScale;
      mean[i] = mean[i] * p.beta1 + g * p.rest1;
      variance[i] = variance[i] * p.beta2 + g * g * p.rest2;
      value[i] = value[i] * p.keep - p.stepSize * mean[i] / (sqrt(variance[i]) * p.correction + p.epsilon);`,
  },
  ['value', 'mean', 'variance'],
);

const movingAverage = inPlace(
  {
    key: 'movingAverage',
    inputs: ['value'],
    parameters: { rest: 'f32' },
    body: 'average[i] -= (average[i] - value[i]) * p.rest;',
  },
  ['average'],
);

/** The hash of `dropout` in @restok/ops. */
const dropout: Elementwise = {
  key: 'dropout',
  inputs: ['x'],
  outputs: ['y'],
  parameters: { seed: 'u32', threshold: 'u32', groupSize: 'u32', kept: 'f32' },
  functions: `
fn hash(number: u32, seed: u32) -> u32 {
  var mixed = number * 0x9e3779b9u + seed;
  mixed = (mixed ^ (mixed >> 16u)) * 0x7feb352du;
  mixed = (mixed ^ (mixed >> 15u)) * 0x846ca68bu;
  return mixed ^ (mixed >> 16u);
}`,
  body: 'y[i] = select(0.0, x[i] * p.kept, hash(i / p.groupSize, p.seed) >= p.threshold);',
};

/** Largest threshold of a 32-bit hash. */
const MAX_HASH = 2 ** 32 - 1;

/** Optimiser steps, which change their state in place, and dropout without a mask. */
export function registerOptimizer(): void {
  registerFused<AdamWOptions>(kernelNames.adamW, (backend, inputs, options) => {
    const { beta1, beta2, epsilon, gradientScale, learningRate, step, weightDecay } = options;
    const size = sizeOf(inputs.value!.shape);
    backend.run(adamW, {
      tensors: inputs,
      parameters: {
        size,
        beta1,
        beta2,
        rest1: 1 - beta1,
        rest2: 1 - beta2,
        stepSize: learningRate / (1 - beta1 ** step),
        keep: 1 - learningRate * weightDecay,
        correction: 1 / Math.sqrt(1 - beta2 ** step),
        epsilon,
        gradientScale,
      },
      groups: elementwiseGroups(size),
    });
    return [inputs.value!, inputs.mean!, inputs.variance!].map((tensor) => backend.share(tensor));
  });

  registerFused<{ decay: number }>(kernelNames.movingAverage, (backend, inputs, { decay }) => {
    const size = sizeOf(inputs.average!.shape);
    backend.run(movingAverage, {
      tensors: inputs,
      parameters: { size, rest: 1 - decay },
      groups: elementwiseGroups(size),
    });
    return backend.share(inputs.average!);
  });

  registerFused<Required<DropoutOptions>>(kernelNames.dropout, (backend, inputs, options) => {
    const { rate, seed, groupSize } = options;
    const threshold = Math.min(Math.round(rate * 2 ** 32), MAX_HASH);
    const parameters = { seed, threshold, groupSize, kept: 1 / (1 - rate) };
    return runElementwise(backend, dropout, inputs, inputs.x!.shape, parameters);
  });
}
