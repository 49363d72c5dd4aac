import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, seededTensor, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { OnnxGraph } from '../format/onnx-graph';
import { encodeOnnx } from '../save-onnx';
import type { SymbolicInput } from '../trace-to-onnx';
import { traceToOnnx } from '../trace-to-onnx';

/** Both compute in single precision, in another order. */
const TOLERANCE = 2e-6;

function traced(run: (x: tf.Tensor) => tf.Tensor, shape: SymbolicInput['shape']): OnnxGraph {
  return traceToOnnx((symbols) => ({ y: run(symbols.input('x')) }), { x: { shape } });
}

/** Runs a function by TensorFlow.js and as a graph on `[rows, ...]` for several numbers of rows. */
async function expectSameFor(
  rowCounts: readonly number[],
  shape: SymbolicInput['shape'],
  run: (x: tf.Tensor) => tf.Tensor,
): Promise<void> {
  const session = await InferenceSession.create(await encodeOnnx(traced(run, shape)));
  for (const rows of rowCounts) {
    const x = seededTensor(rows, ...shape.map((side) => (typeof side === 'number' ? side : rows)));
    const { y } = await session.run({ x: new OrtTensor(x.dataSync() as Float32Array, x.shape) });
    const expected = run(x);
    expect(y!.dims).toEqual(expected.shape);
    expectClose(y!.data as Float32Array, expected, TOLERANCE);
  }
  await session.release();
}

describe('traceToOnnx of sizes', () => {
  beforeAll(() => useTestBackend('cpu'));

  const n = (x: tf.Tensor): number => x.shape[0]!;
  const refused: [string, string, (x: tf.Tensor) => tf.Tensor][] = [
    ['a size that is multiplied with', 'Mul takes', (x) => tf.mul(x, n(x))],
    ['a mean over a size', 'Div takes', (x) => tf.div(tf.sum(x), n(x))],
    ['all rows but the last', 'Slice takes', (x) => tf.slice(x, [0], [n(x) - 1])],
    ['the last row', 'Slice takes', (x) => tf.slice(x, [n(x) - 1], [1])],
    ['an attribute', 'LeakyRelu has', (x) => tf.leakyRelu(x, 1 / n(x))],
    ['a padded size', 'the output y is', (x) => tf.pad(x, [[0, 4]])],
    ['an extended size', 'the output y is', (x) => tf.concat([x, tf.ones([4])])],
    ['a loop over rows', 'Split takes', (x) => tf.addN(tf.unstack(x))],
  ];
  it.each(refused)('refuses %s in one line that names the size', (_, problem, run) => {
    const message = new RegExp(
      `^traceToOnnx: the size rows is used as a number: (${problem})[^\\n]* where it changes\\. [^\\n]*\\.$`,
    );
    expect(() => traced(run, ['rows'])).toThrow(message);
  });

  it('names the size that is used as a number, of several', () => {
    const trace = (axis: number): OnnxGraph => traced((x) => tf.mul(x, x.shape[axis]!), ['rows', 'columns']);
    expect(() => trace(0)).toThrow(/the size rows is used as a number/);
    expect(() => trace(1)).toThrow(/the size columns is used as a number/);
  });

  it('takes no size for another one that is larger by as much as both stand-ins', () => {
    const run = (x: tf.Tensor): tf.Tensor => tf.pad(x, [[0, 4], [0, 0]]); // prettier-ignore
    expect(() => traced(run, ['rows', 'columns'])).toThrow(/the size rows is used as a number/);
  });

  it.each([37, 41, 43, 74, 82, 37 * 41, 37 * 41 * 43])(
    'keeps the size of a constant that is %i long',
    async (length) => {
      await expectSameFor([1, 3], ['rows'], (x) => tf.mul(tf.sum(x), tf.ones([length])));
      await expectSameFor([1, 3], ['rows'], (x) =>
        tf.mul(tf.sum(x), tf.zerosLike(tf.tensor1d(new Float32Array(length)))),
      );
    },
  );

  it('takes the first 37 rows of an open size', async () => {
    await expectSameFor([37, 50], ['rows'], (x) => tf.slice(x, [0], [37]));
  });

  it('takes padding and extension where the size goes away again', async () => {
    await expectSameFor([1, 5], ['rows'], (x) => tf.max(tf.concat([tf.pad(x, [[1, 2]]), tf.ones([4])])));
  });

  it('takes constants and products of an open size', async () => {
    await expectSameFor([1, 5], ['rows', 3], (x) => tf.reshape(tf.add(x, tf.ones(x.shape)), [3 * n(x)]));
  });

  it('refuses functions that are another one each time', () => {
    expect(() => traced((x) => tf.add(x, tf.randomNormal([3])), ['rows', 3])).toThrow(
      'traceToOnnx: the function must be the same each time, but Add takes [',
    );
  });

  it('reads and keeps weights that have no name once for all traces', () => {
    const weight = tf.ones([300]);
    const reads = vi.spyOn(tf.backend(), 'readSync');
    const graph = traced((x) => tf.add(tf.mul(x, weight), weight), ['rows', 300]);
    expect(reads).toHaveBeenCalledTimes(1);
    expect(graph.initializers.map(({ values }) => values())).toEqual([new Float32Array(300).fill(1)]);
    reads.mockRestore();
    weight.dispose();
  });
});
