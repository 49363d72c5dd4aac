import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expectClose, KERNEL_TOLERANCE, tensorsLeftBy } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { NODE_BACKEND } from '../native-context';
import { nativeContext, useNodeBackend } from '../use-node-backend';

const normal = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.randomNormal([...shape], 0, 1, 'float32', seed);

interface Operands {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The product of two-dimensional slices one by one; the plain backend is wrong for some broadcasts. */
async function productBySlices(
  a: tf.Tensor,
  b: tf.Tensor,
  { transposeA, transposeB }: Operands,
): Promise<number[]> {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const matrices = (x: tf.Tensor): tf.Tensor[] => {
    const full = tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    return tf.unstack(tf.reshape(full, [-1, ...x.shape.slice(-2)]));
  };
  await tf.setBackend('cpu');
  const values = tf.tidy(() => {
    const others = matrices(b);
    return matrices(a).flatMap((matrix, i) => [
      ...tf.matMul(matrix, others[i]!, transposeA, transposeB).dataSync(),
    ]);
  });
  await tf.setBackend(NODE_BACKEND);
  return values;
}

describe('BatchMatMul', () => {
  beforeAll(() => useNodeBackend());

  it.each([
    { a: [3, 4], b: [4, 5], transposeA: false, transposeB: false },
    { a: [4, 3], b: [5, 4], transposeA: true, transposeB: true },
    { a: [2, 3, 4], b: [2, 5, 4], transposeA: false, transposeB: true },
    { a: [2, 4, 3], b: [1, 4, 5], transposeA: true, transposeB: false },
    { a: [2, 1, 3, 4], b: [2, 4, 5], transposeA: false, transposeB: false },
    { a: [2, 1, 3, 4], b: [1, 3, 4, 5], transposeA: false, transposeB: false },
    { a: [3, 4], b: [2, 2, 4, 1], transposeA: false, transposeB: false },
  ])('multiplies $a by $b', async (operands) => {
    const a = normal(operands.a, 1);
    const b = normal(operands.b, 2);
    const expected = await productBySlices(a, b, operands);
    const product = tf.matMul(a, b, operands.transposeA, operands.transposeB);
    expectClose(product, expected, KERNEL_TOLERANCE);
    tf.dispose([a, b, product]);
  });

  it('throws ShapeError when the inner sides differ', () => {
    // tfjs checks first where it is called through matMul; the kernel itself is what is tested here.
    const [a, b] = [tf.ones([2, 3]), tf.ones([2, 3])];
    const attributes = { transposeA: false, transposeB: false };
    expect(() => tf.engine().runKernel('BatchMatMul', { a, b }, attributes)).toThrow(
      /inner sides must agree/,
    );
    tf.dispose([a, b]);
  });
});

describe('Identity', () => {
  beforeAll(() => useNodeBackend());

  it('shares the values without a copy and frees them with the last tensor', async () => {
    const left = await tensorsLeftBy(() => {
      const x = tf.tensor1d([1, 2, 3]);
      const copy = tf.clone(x);
      const { heap } = nativeContext()!;
      expect(heap.address(copy)).toBe(heap.address(x));
      x.dispose();
      expect([...copy.dataSync()]).toEqual([1, 2, 3]);
      copy.dispose();
    });
    expect(left).toBe(0);
  });
});

describe('UnsortedSegmentSum', () => {
  beforeAll(() => useNodeBackend());

  it('adds rows of the same segment, so that gather has a gradient', () => {
    const gradient = tf.tidy(() => {
      const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const pick = (x: tf.Tensor): tf.Tensor => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'));
      return tf
        .grad((x) => tf.sum(tf.square(pick(x))))(table)
        .dataSync();
    });
    // Row 0 was taken once and row 2 twice: 2 x and 4 x.
    expect([...gradient]).toEqual([2, 4, 0, 0, 20, 24]);
  });
});
