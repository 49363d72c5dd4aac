import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { add, div, mul, sqrt, square, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/** What AdamW keeps for one parameter. */
export interface AdamWState {
  readonly value: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface AdamWOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Number of this step, counted from 1. */
  readonly step: number;
  /** The gradient is multiplied by this first (clipping, accumulation). */
  readonly gradientScale: number;
}

/**
 * One AdamW update with decoupled weight decay:
 * m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g², w = w(1 - lr·λ) - lr · m̂ / (√v̂ + ε).
 *
 * @param state consumed: use the returned one. Backends may update its memory in place.
 * @param gradient same shape as the value; not consumed.
 * @throws ShapeError when the shapes differ; nothing is consumed then.
 * @source Loshchilov and Hutter, arXiv 1711.05101; method.md, section 8.
 */
export function adamW(state: AdamWState, gradient: Tensor, options: AdamWOptions): AdamWState {
  checkSameShape('adamW', state.value, { mean: state.mean, variance: state.variance, gradient });
  const [value, mean, variance] = runKernel(kernelNames.adamW, { ...state, gradient }, options, () =>
    adamWReference(state, gradient, options),
  ) as [Tensor, Tensor, Tensor];
  for (const tensor of [state.value, state.mean, state.variance]) {
    tensor.dispose();
  }
  return { value, mean, variance };
}

export function adamWReference(state: AdamWState, gradient: Tensor, options: AdamWOptions): Tensor[] {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step, gradientScale } = options;
  return tidy(() => {
    const scaled = mul(gradient, gradientScale);
    const mean = add(mul(state.mean, beta1), mul(scaled, 1 - beta1));
    const variance = add(mul(state.variance, beta2), mul(square(scaled), 1 - beta2));
    const stepSize = learningRate / (1 - beta1 ** step);
    const deviation = add(mul(sqrt(variance), 1 / Math.sqrt(1 - beta2 ** step)), epsilon);
    const decayed = mul(state.value, 1 - learningRate * weightDecay);
    return [sub(decayed, mul(div(mean, deviation), stepSize)), mean, variance];
  });
}

/**
 * decay · average + (1 - decay) · value.
 *
 * @param average consumed: use the returned tensor. Backends may update its memory in place.
 * @throws ShapeError when the shapes differ; nothing is consumed then.
 */
export function movingAverage(average: Tensor, value: Tensor, decay: number): Tensor {
  checkSameShape('movingAverage', average, { value });
  const [updated] = runKernel(kernelNames.movingAverage, { average, value }, { decay }, () => [
    movingAverageReference(average, value, decay),
  ]) as [Tensor];
  average.dispose();
  return updated;
}

export function movingAverageReference(average: Tensor, value: Tensor, decay: number): Tensor {
  return tidy(() => sub(average, mul(sub(average, value), 1 - decay)));
}

/** Sum of squares of all elements. */
export function squaredNorm(x: Tensor): Scalar {
  return runKernel(kernelNames.squaredNorm, { x }, {}, () => [tidy(() => sum(square(x)))])[0] as Scalar;
}

function checkSameShape(where: string, first: Tensor, others: Readonly<Record<string, Tensor>>): void {
  for (const [name, tensor] of Object.entries(others)) {
    if (tensor.shape.join() !== first.shape.join()) {
      throw new ShapeError(
        `${where}: ${name} must be [${first.shape.join(', ')}], got [${tensor.shape.join(', ')}]. Pass what belongs to this parameter.`,
      );
    }
  }
}
