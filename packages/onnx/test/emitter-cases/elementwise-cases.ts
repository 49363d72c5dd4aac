import * as tf from '@tensorflow/tfjs-core';
import type { EmitterCase, EmitterCases } from './emitter-case';
import { on, onValues, random } from './emitter-case';

const PLACES = [-2.5, -1.5, -0.5, -0.2, 0, 0.3, 0.5, 1.5, 2.5, 7.9];
const WHOLE = [-3, 0, 2, 5, 5, 9];

/** Kernels of one input, all of whose numbers have a result. */
const UNARY = {
  Abs: tf.abs,
  Atan: tf.atan,
  Asinh: tf.asinh,
  Ceil: tf.ceil,
  Cos: tf.cos,
  Cosh: tf.cosh,
  Elu: tf.elu,
  Erf: tf.erf,
  Exp: tf.exp,
  Floor: tf.floor,
  Neg: tf.neg,
  OnesLike: tf.onesLike,
  Relu: tf.relu,
  Relu6: tf.relu6,
  Round: tf.round,
  Selu: tf.selu,
  Sigmoid: tf.sigmoid,
  Sign: tf.sign,
  Sin: tf.sin,
  Sinh: tf.sinh,
  Softplus: tf.softplus,
  Square: tf.square,
  Tan: tf.tan,
  Tanh: tf.tanh,
  ZerosLike: tf.zerosLike,
} as const satisfies Record<string, (x: tf.Tensor) => tf.Tensor>;

/** Those that need numbers in -1 ... 1, and those that need positive ones. */
const WITHIN_ONE = { Acos: tf.acos, Asin: tf.asin, Atanh: tf.atanh };
const ABOVE_ONE = { Acosh: tf.acosh, Log: tf.log, Reciprocal: tf.reciprocal, Rsqrt: tf.rsqrt, Sqrt: tf.sqrt };

/** Kernels of two numbers, or of two whole ones. */
const BINARY = {
  Add: tf.add,
  Equal: tf.equal,
  Greater: tf.greater,
  GreaterEqual: tf.greaterEqual,
  Less: tf.less,
  LessEqual: tf.lessEqual,
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  Multiply: tf.mul,
  NotEqual: tf.notEqual,
  SquaredDifference: tf.squaredDifference,
} as const satisfies Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>;

function tableOf<Operation>(
  operations: Readonly<Record<string, Operation>>,
  cases: (operation: Operation) => EmitterCase[],
): EmitterCases {
  return Object.fromEntries(Object.entries(operations).map(([name, op]) => [name, cases(op)]));
}

function broadcast(op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): EmitterCase[] {
  return [
    on([2, 3], (x) => op(x, random(3)), 'and a row'),
    onValues(WHOLE, (x) => op(x, tf.scalar(5, 'int32')), 'of whole numbers', 'int32'),
  ];
}

/** What is added to a picture that has its channels first, `[2, 5, 5, 4]`; none of it moves the picture. */
const BESIDE_PICTURES = [[], [1], [4], [5, 4], [5, 1, 4], [1, 5, 5, 1], [1, 1, 1, 4]];

const besidePictures = BESIDE_PICTURES.flatMap((shape): EmitterCase[] =>
  [false, true].map((isFirst) =>
    on(
      [2, 5, 5, 4],
      (x) => {
        const picture = tf.maxPool(x as tf.Tensor4D, 1, 1, 'valid');
        return isFirst ? tf.sub(random(...shape), picture) : tf.sub(picture, random(...shape));
      },
      `a picture and [${shape.join(', ')}]${isFirst ? ', that first' : ''}`,
    ),
  ),
);

const isPositive = (x: tf.Tensor): tf.Tensor => tf.greater(x, 0);
const isSmall = (x: tf.Tensor): tf.Tensor => tf.less(x, 1);

/** Cases of kernels that work value by value. */
export const elementwiseCases: EmitterCases = {
  ...tableOf(UNARY, (op) => [onValues(PLACES, op)]),
  ...tableOf(WITHIN_ONE, (op) => [onValues([-0.9, -0.3, 0, 0.6], op)]),
  ...tableOf(ABOVE_ONE, (op) => [onValues([1.01, 1.5, 9], op)]),
  ...tableOf(BINARY, broadcast),
  Sub: [...broadcast(tf.sub), ...besidePictures],
  AddN: [
    on([2, 3], (x) => tf.addN([x, tf.neg(x), tf.relu(x)])),
    onValues(WHOLE, (x) => tf.addN([x, x]), 'of whole numbers', 'int32'),
  ],
  Cast: [
    onValues(PLACES, (x) => tf.cast(x, 'int32'), 'to whole numbers'),
    onValues(PLACES, (x) => tf.cast(x, 'bool'), 'to truth'),
    onValues(WHOLE, (x) => tf.cast(x, 'float32'), 'from whole numbers', 'int32'),
  ],
  ClipByValue: [
    onValues(PLACES, (x) => tf.clipByValue(x, -0.5, 1)),
    onValues(WHOLE, (x) => tf.clipByValue(x, 0, 5), 'of whole numbers', 'int32'),
  ],
  Identity: [on([2, 3], (x) => tf.clone(x))],
  LeakyRelu: [onValues(PLACES, (x) => tf.leakyRelu(x, 0.1))],
  LogicalAnd: [onValues(PLACES, (x) => tf.logicalAnd(isPositive(x), isSmall(x)))],
  LogicalNot: [onValues(PLACES, (x) => tf.logicalNot(isPositive(x)))],
  LogicalOr: [onValues(PLACES, (x) => tf.logicalOr(isPositive(x), isSmall(x)))],
  Pow: [onValues([0.5, 1, 2, 3], (x) => tf.pow(x, tf.tensor1d([2.5])))],
  Prelu: [on([2, 3], (x) => tf.prelu(x, random(3)))],
  RealDiv: [on([2, 3], (x) => tf.div(random(3), tf.add(tf.abs(x), 1)))],
  Select: [
    on([2, 3], (x) => tf.where(isPositive(x), x, tf.mul(x, -2))),
    onValues(WHOLE, (x) => tf.where(isPositive(x), x, tf.neg(x)), 'of whole numbers', 'int32'),
  ],
};
