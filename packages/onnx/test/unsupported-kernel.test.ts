import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { crossEntropy } from '@restok/ops';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { traceToOnnx } from '../src/trace-to-onnx';

/** A module that needs an operation without a counterpart. */
class Head {
  constructor(private readonly compute: (x: tf.Tensor2D) => tf.Tensor) {}

  forward(x: tf.Tensor2D): tf.Tensor {
    return tf.tidy(() => tf.neg(this.compute(x)));
  }
}

class Classifier {
  readonly head: Head;

  constructor(compute: (x: tf.Tensor2D) => tf.Tensor) {
    this.head = new Head(compute);
  }

  forward(x: tf.Tensor2D): tf.Tensor {
    return this.head.forward(tf.relu(x));
  }
}

/** The error of tracing a classifier. */
function refusalOf(compute: (x: tf.Tensor2D) => tf.Tensor): Error {
  const model = new Classifier(compute);
  try {
    traceToOnnx((symbols) => ({ y: model.forward(symbols.input('x')) }), { x: { shape: ['n', 4] } });
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was traced.');
}

describe('namingKernel', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('names the modules that asked TensorFlow.js for the kernel', () => {
    const error = refusalOf((x) => tf.cumsum(x, 1));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(
      /^traceToOnnx: the kernel Cumsum, which [^\n]*Head\.forward in Classifier\.forward needs, has no counterpart in ONNX yet\. [^\n]+$/,
    );
  });

  it('names them where an operation of @restok/ops asked, however deep the engine is between', () => {
    const error = refusalOf((x) => tf.tidy(() => tf.tidy(() => crossEntropy(x, tf.argMax(x, 1)))));
    expect(error.message).toMatch(
      /^traceToOnnx: the kernel \w+, which [^\n]*Head\.forward in Classifier\.forward needs,/,
    );
  });

  it('gives the limit of stacks back, and leaves other errors as they are', () => {
    const before = Error.stackTraceLimit;
    expect(refusalOf(() => { throw new RangeError('its own'); })).toEqual(new RangeError('its own')); // prettier-ignore
    expect(Error.stackTraceLimit).toBe(before);
  });
});
