import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { Emitter, KernelCall } from './kernel-call';

/** Emitters of kernels that fold axes. */
export const reductions: Readonly<Record<string, Emitter>> = {
  ArgMax: (call) => argument(call, 'ArgMax'),
  ArgMin: (call) => argument(call, 'ArgMin'),
  LogSoftmax: (call) => softmax(call, 'LogSoftmax', 'logits'),
  Max: (call) => reduce(call, 'ReduceMax', call.attribute<number[]>('reductionIndices')),
  Mean: (call) => reduce(call, 'ReduceMean', call.attribute<number[]>('axis')),
  Min: (call) => reduce(call, 'ReduceMin', call.attribute<number[]>('axis')),
  Prod: (call) => reduce(call, 'ReduceProd', call.attribute<number[]>('axis')),
  Softmax: (call) => softmax(call, 'Softmax', 'logits'),
  // The only one whose axes are an input in this version of ONNX.
  Sum: (call) => {
    const { x, axes, keep, shape } = folded(call, call.attribute<number[]>('axis'));
    const name = call.graph.node('ReduceSum', [call.name('x'), call.graph.integers(axes)], {
      keepdims: keep,
    });
    return call.output(name, shape, x.dtype);
  },
};

function reduce(call: KernelCall, operator: string, given: number | number[] | null): TensorInfo {
  const { x, axes, keep, shape } = folded(call, given);
  return call.output(call.graph.node(operator, [call.name('x')], { axes, keepdims: keep }), shape, x.dtype);
}

function folded(
  call: KernelCall,
  given: number | number[] | null,
): { x: TensorInfo; axes: number[]; keep: number; shape: number[] } {
  const x = call.input('x');
  const axes = util.parseAxisParam(given ?? x.shape.map((_, axis) => axis), x.shape);
  const keep = call.attribute<boolean | undefined>('keepDims') === true;
  const shape = x.shape.flatMap((side, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [side]));
  return { x, axes, keep: keep ? 1 : 0, shape };
}

/** The first place on ties, as in TensorFlow.js. */
function argument(call: KernelCall, operator: string): TensorInfo {
  const x = call.input('x');
  const [axis] = util.parseAxisParam(call.attribute<number>('axis'), x.shape) as [number];
  const found = call.graph.node(operator, [call.name('x')], { axis, keepdims: 0 });
  const name = call.graph.node('Cast', [found], { to: 6 });
  return call.output(
    name,
    x.shape.filter((_, i) => i !== axis),
    'int32',
  );
}

function softmax(call: KernelCall, operator: string, key: string): TensorInfo {
  const { shape, dtype } = call.input(key);
  return call.output(call.graph.node(operator, [call.name(key)], { axis: shape.length - 1 }), shape, dtype);
}
