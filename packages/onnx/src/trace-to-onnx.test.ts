import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, seededTensor, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeOnnx } from './save-onnx';
import type { SymbolicInput } from './trace-to-onnx';
import { traceToOnnx } from './trace-to-onnx';

/** Both compute in single precision, in another order. */
const TOLERANCE = 2e-6;

/** Runs a function by TensorFlow.js and as a graph, and expects the same. */
async function expectSame(
  run: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  input: SymbolicInput,
): Promise<void> {
  const graph = traceToOnnx((symbols) => ({ y: run(symbols.input('x')) }), { x: input });
  const session = await InferenceSession.create(await encodeOnnx(graph));
  const { y } = await session.run({ x: new OrtTensor(x.dataSync() as Float32Array, x.shape) });
  const expected = run(x);
  expect(y!.dims).toEqual(expected.shape);
  expectClose(y!.data as Float32Array, expected, TOLERANCE);
  await session.release();
}

const random = (shape: number[], seed = 1): tf.Tensor => seededTensor(seed, ...shape);

describe('traceToOnnx', () => {
  beforeAll(() => useTestBackend('cpu'));

  const cases: [string, SymbolicInput['shape'], number[], (x: tf.Tensor) => tf.Tensor][] = [
    ['arithmetic with broadcasting', ['n', 3], [4, 3], (x) => tf.mul(tf.add(x, tf.tensor1d([1, 2, 3])), 0.5)],
    ['value by value', ['n'], [9], (x) => tf.tanh(tf.add(tf.relu(x), tf.sigmoid(tf.erf(x))))],
    [
      'clipping, squares and roots',
      ['n'],
      [9],
      (x) => tf.clipByValue(tf.rsqrt(tf.add(tf.square(x), 1)), 0.5, 0.9),
    ],
    ['comparisons', ['n'], [9], (x) => tf.where(tf.greater(x, 0), x, tf.mul(x, -2))],
    [
      'sums, means and extremes',
      ['n', 4],
      [3, 4],
      (x) => tf.concat([tf.sum(x, 1), tf.mean(x, 1), tf.max(x, -1)]),
    ],
    [
      'reshape and transpose',
      ['n', 6],
      [4, 6],
      (x) => tf.transpose(tf.reshape(x, [x.shape[0]!, 2, 3]), [0, 2, 1]),
    ],
    [
      'slices, stacks and splits',
      ['n', 6],
      [4, 6],
      (x) => tf.stack(tf.split(tf.slice(x, [0, 2], [-1, 4]), 2, 1), 2),
    ],
    [
      'unstack, tile and pad',
      ['n', 2],
      [3, 2],
      (x) =>
        tf.pad(tf.tile(tf.expandDims(tf.unstack(x, 1)[1]!, 1), [1, 2]), [
          [0, 0],
          [1, 2],
        ]),
    ],
    ['softmax', ['n', 5], [2, 5], (x) => tf.softmax(x)],
    [
      'matrix products',
      ['n', 4],
      [3, 4],
      (x) => tf.matMul(tf.matMul(x, tf.ones([2, 4]), false, true), tf.ones([2, 5])),
    ],
    ['gather', ['n', 4], [3, 4], (x) => tf.gather(x, [3, 0], 1)],
    ['zeros of an open size', ['n', 4], [3, 4], (x) => tf.add(tf.ones([1, 4]), tf.mul(tf.zeros(x.shape), x))],
  ];
  it.each(cases)('takes %s', async (_, symbolic, shape, run) => {
    await expectSame(run, random(shape), { shape: symbolic });
  });

  it('takes a picture through convolutions, pooling and resizing, and leaves one transpose at each end', async () => {
    const filter = random([3, 3, 2, 4], 2) as tf.Tensor4D;
    const depthwise = random([3, 3, 4, 1], 3) as tf.Tensor4D;
    const run = (x: tf.Tensor): tf.Tensor => {
      const wide = tf.relu(tf.conv2d(x as tf.Tensor4D, filter, 2, 'same'));
      const mixed = tf.depthwiseConv2d(wide, depthwise, 1, 'same');
      const pooled = tf.add(tf.maxPool(mixed, 2, 2, 'valid'), tf.avgPool(mixed, 2, 2, 'valid'));
      return tf.image.resizeBilinear(pooled as tf.Tensor4D, [6, 6]);
    };
    await expectSame(run, random([2, 8, 8, 2]), { shape: ['n', 8, 8, 2] });
    const { nodes } = traceToOnnx((symbols) => ({ y: run(symbols.input('x')) }), {
      x: { shape: ['n', 8, 8, 2] },
    });
    const ofPictures = nodes.filter(
      ({ operator, inputs }) => operator === 'Transpose' && !inputs[0]!.startsWith('constant'),
    );
    expect(ofPictures).toHaveLength(2);
  });

  it('keeps two named sizes apart', async () => {
    const graph = traceToOnnx(
      (symbols) => {
        const x = symbols.input<tf.Rank.R3>('x');
        const [n, t, d] = x.shape;
        return { y: tf.reshape(tf.reshape(x, [n * t, d]), [n, t, 1, d]) };
      },
      { x: { shape: ['n', 't', 4] } },
    );
    expect(graph.outputs[0]!.shape).toEqual(['n', 't', 1, 4]);
    const session = await InferenceSession.create(await encodeOnnx(graph));
    const { y } = await session.run({ x: new OrtTensor(new Float32Array(24), [2, 3, 4]) });
    expect(y!.dims).toEqual([2, 3, 1, 4]);
  });

  it('takes no stand-in that is a size of the function itself', async () => {
    const table = random([37]);
    await expectSame((x) => tf.add(x, table), random([2, 37]), { shape: ['n', 37] });
    const long = random([74], 4);
    await expectSame((x) => tf.mul(tf.sum(x), long), random([2]), { shape: ['n'] });
  });

  it('names the kernel that has no counterpart, and who asked for it', () => {
    class Model {
      forward(x: tf.Tensor): tf.Tensor {
        return tf.cumsum(x, 0);
      }
    }
    const model = new Model();
    expect(() =>
      traceToOnnx((symbols) => ({ y: model.forward(symbols.input('x')) }), { x: { shape: ['n'] } }),
    ).toThrow(/^traceToOnnx: the kernel Cumsum/);
  });

  it('refuses functions that read values', () => {
    expect(() =>
      traceToOnnx((symbols) => ({ y: tf.tensor1d(symbols.input('x').dataSync()) }), { x: { shape: ['n'] } }),
    ).toThrow(/must not read values/);
  });

  it('gives the backend back, also after an error, and leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    expect(() =>
      traceToOnnx(() => {
        throw new Error('stop');
      }, {}),
    ).toThrow('stop');
    traceToOnnx((symbols) => ({ y: tf.neg(symbols.input('x')) }), { x: { shape: ['n'] } });
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });
});
