import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor3d } from '@tensorflow/tfjs-core';
import {
  expectClose,
  numericalGradient,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { stepwiseMean } from '../stepwise-mean';
import { valueAndGradients } from '../value-and-gradients';
import { SpectralConvolution } from './spectral-convolution';

/** A few float32 roundings. */
const ROUNDING = 1e-5;
/** That of the numerical gradient. */
const GRADIENT_TOLERANCE = 1e-3;

describe.each(testBackends)('SpectralConvolution on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  function convolutionOf(values: Record<string, number[]>, size: number, outputs = 2): SpectralConvolution {
    const convolution = new SpectralConvolution(2, outputs, size);
    convolution.initialize(1);
    for (const [name, parameter] of convolution.namedParameters()) {
      if (values[name] !== undefined) {
        parameter.load(Float32Array.from(values[name]));
      }
    }
    return convolution;
  }

  it('finds the largest singular value and divides by it', () => {
    // Singular values 3 and 1.
    const convolution = convolutionOf({ weight_orig: [3, 0, 0, 1], bias: [0, 10] }, 1);
    for (let i = 0; i < 12; i++) {
      convolution.iterate();
    }
    expectClose(convolution.forward(tensor3d([3, 6], [1, 1, 2])), [3, 12], ROUNDING);
    convolution.dispose();
  });

  it('joins the ends of a sequence', () => {
    // One output; tap -1 sees channel 0, tap 1 sees channel 1. The vectors make the divisor 1.
    const values = {
      weight_orig: [1, 0, 0, 0, 0, 1],
      weight_u: [1],
      weight_v: [1, 0, 0, 0, 0, 0],
      bias: [0],
    };
    const convolution = convolutionOf(values, 3, 1);
    const x = tensor3d([1, 10, 2, 20, 3, 30], [1, 3, 2]);
    expectClose(convolution.forward(x), [3 + 20, 1 + 30, 2 + 10], ROUNDING);
    convolution.dispose();
  });

  it('sends its weight the gradient through the divisor, but not the vectors', () => {
    const convolution = convolutionOf({}, 3);
    convolution.iterate();
    const x = seededTensor(2, 1, 4, 2) as Tensor3D;
    const weight = [...convolution.namedParameters()].find(([name]) => name === 'weight_orig')![1];
    const { gradients } = valueAndGradients(() => stepwiseMean(convolution.forward(x)), [weight.value]);
    const compute = ([value]: Tensor[]): Tensor => {
      weight.load(Float32Array.from(value!.dataSync()));
      return stepwiseMean(convolution.forward(x));
    };
    const [expected] = numericalGradient(compute, [weight.value.clone()], [1]);
    expectClose(gradients[0]!, expected!, GRADIENT_TOLERANCE);
    convolution.dispose();
  });

  it('keeps the number of tensors when it iterates', async () => {
    const convolution = convolutionOf({}, 3);
    expect(await tensorsLeftBy(() => convolution.iterate())).toBe(0);
    convolution.dispose();
  });
});
