import * as tf from '@tensorflow/tfjs-core';
import type { EmitterCases } from './emitter-case';
import { on, onValues, random } from './emitter-case';

const columns = (x: tf.Tensor): tf.Tensor[] => tf.unstack(x, 1);
const whole = (x: tf.Tensor): tf.Tensor => tf.cast(tf.mul(x, 10), 'int32');

/** Cases of kernels that move values, fold axes or multiply matrices. */
export const arrayCases: EmitterCases = {
  ArgMax: [
    on([3, 4], (x) => tf.argMax(x, 1)),
    on([3, 4], (x) => tf.argMax(tf.zerosLike(x), -1), 'the first of equal ones'),
  ],
  ArgMin: [on([3, 4], (x) => tf.argMin(x, 1))],
  BatchMatMul: [
    on([2, 3, 4], (x) => tf.matMul(x, random(4, 5)), 'with one matrix'),
    on([2, 3, 4], (x) => tf.matMul(x, x, true, false), 'of a transposed one'),
    on([2, 3, 4], (x) => tf.matMul(x, random(1, 5, 4), false, true), 'with a transposed one'),
  ],
  _FusedMatMul: (['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).map((activation) =>
    on(
      [3, 4],
      (x) =>
        tf.fused.matMul({
          a: x as tf.Tensor2D,
          b: random<tf.Rank.R2>(4, 5),
          bias: random(5),
          activation,
          leakyreluAlpha: 0.2,
        }),
      activation,
    ),
  ),
  Concat: [
    on([2, 3], (x) => tf.concat([x, tf.neg(x)], 1)),
    on([2, 3], (x) => tf.concat([whole(x), whole(tf.neg(x))], -1), 'of whole numbers'),
  ],
  ExpandDims: [on([2, 3], (x) => tf.expandDims(x, 1)), on([2, 3], (x) => tf.expandDims(x, -1), 'at the end')],
  Fill: [
    on([2, 3], (x) => tf.mul(x, tf.fill(x.shape, 0.5)), 'of an open size'),
    on([2, 3], (x) => tf.add(whole(x), tf.fill([3], 4, 'int32')), 'of whole numbers'),
  ],
  GatherV2: [
    on([2, 4], (x) => tf.gather(x, tf.tensor2d([3, 0, 1, 1], [2, 2], 'int32'), 1)),
    onValues([3, 0, 2], (x) => tf.gather(random(4, 2), x as tf.Tensor1D), 'rows of a table', 'int32'),
  ],
  LogSoftmax: [
    {
      x: () => random(2, 5),
      run: (x) => tf.engine().runKernel<tf.Tensor>('LogSoftmax', { logits: x }),
      reference: (x) => tf.logSoftmax(x),
    },
  ],
  Max: [
    on([2, 3, 4], (x) => tf.max(x, [1, 2])),
    on([2, 3], (x) => tf.max(whole(x), 1, true), 'of whole numbers'),
  ],
  Mean: [on([2, 3, 4], (x) => tf.mean(x, [1])), on([2, 3], (x) => tf.mean(x), 'of everything')],
  Min: [on([2, 3, 4], (x) => tf.min(x, 2, true))],
  Pack: [
    on([2, 3], (x) => tf.stack([x, tf.neg(x)], 1)),
    on([2, 3], (x) => tf.stack([x, x], -1), 'at the end'),
  ],
  PadV2: [
    on([2, 3], (x) => tf.pad(x, [[0, 0], [1, 2]], 0.5)), // prettier-ignore
    on([2, 3], (x) => tf.pad(whole(x), [[0, 0], [1, 2]], 4), 'of whole numbers'), // prettier-ignore
  ],
  Prod: [on([2, 3, 4], (x) => tf.prod(x, 1))],
  Reshape: [
    on([2, 6], (x) => tf.reshape(x, [x.shape[0]!, 3, 2])),
    on([2, 3, 4], (x) => tf.reshape(x, [-1, 4]), 'of an open size'),
  ],
  Slice: [
    on([2, 6], (x) => tf.slice(x, [0, 2], [-1, 3])),
    on([4, 2], (x) => tf.max(tf.slice(x, [1, 0], [-1, 1]), 0), 'from the second row on'),
  ],
  Softmax: [on([2, 3, 5], (x) => tf.softmax(x))],
  SplitV: [
    on([2, 6], (x) => tf.split(x, 3, 1)[1]!),
    on([2, 6], (x) => tf.split(x, [1, 2, 3], 1)[2]!, 'of unequal parts'),
  ],
  Sum: [
    on([2, 3, 4], (x) => tf.sum(x, [0, 2], true)),
    on([2, 3], (x) => tf.sum(tf.greater(x, 0), 1), 'counting'),
  ],
  Tile: [
    on([2, 3], (x) => tf.tile(x, [1, 2])),
    on([2, 3], (x) => tf.tile(tf.zeros([1, 3]), [x.shape[0]!, 1]), 'to an open size'),
  ],
  Transpose: [on([2, 3, 4], (x) => tf.transpose(x, [2, 0, 1]))],
  Unpack: [on([2, 3], (x) => columns(x)[1]!), on([2, 1], (x) => columns(x)[0]!, 'of one part')],
};
