import type { TensorInfo } from '@tensorflow/tfjs-core';
import { slice_util, util } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { filled, single } from './elementwise';
import type { Emitter, KernelCall } from './kernel-call';

/** An end of a slice that means "to the last". */
const TO_THE_END = Number.MAX_SAFE_INTEGER;

/** Emitters of kernels that move values without changing them. */
export const shapes: Readonly<Record<string, Emitter>> = {
  Concat: (call) => {
    const inputs = call.list();
    const [first] = inputs as [TensorInfo];
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), first.shape) as [number];
    const shape = [...first.shape];
    shape[axis] = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
    const names = inputs
      .filter((input) => util.sizeFromShape(input.shape) > 0)
      .map((input) => call.trace.name(input));
    return call.output(
      names.length === 1 ? names[0]! : call.graph.node('Concat', names, { axis }),
      shape,
      first.dtype,
    );
  },
  ExpandDims: (call) => {
    const { shape, dtype } = call.input('input');
    const dim = call.attribute<number>('dim');
    const axis = dim < 0 ? shape.length + 1 + dim : dim;
    const name = call.graph.node('Unsqueeze', [call.name('input'), call.graph.integers([axis])]);
    return call.output(name, [...shape.slice(0, axis), 1, ...shape.slice(axis)], dtype);
  },
  Fill: (call) => {
    const shape = call.attribute<number[]>('shape');
    const dtype = call.attribute<TensorInfo['dtype'] | undefined>('dtype') ?? 'float32';
    return call.output(filled(call, shape, call.attribute<number>('value'), dtype), shape, dtype);
  },
  GatherV2: (call) => {
    const [x, indices] = [call.input('x'), call.input('indices')];
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), x.shape) as [number];
    if ((call.attribute<number | undefined>('batchDims') ?? 0) !== 0) {
      throw new ConfigError('traceToOnnx: gather must have batchDims 0. Gather from each sample by itself.');
    }
    const name = call.graph.node('Gather', [call.name('x'), call.name('indices')], { axis });
    return call.output(
      name,
      [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      x.dtype,
    );
  },
  Pack: (call) => {
    const inputs = call.list();
    const [{ shape, dtype }] = inputs as [TensorInfo];
    const given = call.attribute<number>('axis');
    const axis = given < 0 ? shape.length + 1 + given : given;
    const axes = call.graph.integers([axis]);
    const parts = inputs.map((input) => call.graph.node('Unsqueeze', [call.trace.name(input), axes]));
    const packed = [...shape.slice(0, axis), inputs.length, ...shape.slice(axis)];
    return call.output(call.graph.node('Concat', parts, { axis }), packed, dtype);
  },
  PadV2: (call) => {
    const { shape, dtype } = call.input('x');
    const paddings = call.attribute<[number, number][]>('paddings');
    const pads = call.graph.integers([
      ...paddings.map(([before]) => before),
      ...paddings.map(([, after]) => after),
    ]);
    const value = single(call.graph, call.attribute<number>('constantValue'), dtype);
    const name = call.graph.node('Pad', [call.name('x'), pads, value], { mode: 'constant' });
    return call.output(
      name,
      shape.map((side, axis) => side + paddings[axis]![0] + paddings[axis]![1]),
      dtype,
    );
  },
  Reshape: (call) => {
    const x = call.input('x');
    const size = util.sizeFromShape(x.shape);
    const shape = util.inferFromImplicitShape(call.attribute<number[]>('shape'), size);
    if (shape.join() === x.shape.join()) {
      return call.trace.alias(x);
    }
    return call.output(call.reshaped(call.name('x'), x.shape, shape), shape, x.dtype);
  },
  Slice: (call) => {
    const x = call.input('x');
    const [begin, size] = slice_util.parseSliceParams(
      x,
      call.attribute<number[]>('begin'),
      call.attribute<number[]>('size'),
    ) as [number[], number[]];
    const axes = x.shape.flatMap((side, axis) => (begin[axis] === 0 && size[axis] === side ? [] : [axis]));
    if (axes.length === 0) {
      return call.trace.alias(x);
    }
    const ends = axes.map((axis) => {
      const end = begin[axis]! + size[axis]!;
      return end === x.shape[axis] ? TO_THE_END : end;
    });
    const limits = [axes.map((axis) => begin[axis]!), ends, axes].map((list) => call.graph.integers(list));
    return call.output(call.graph.node('Slice', [call.name('x'), ...limits]), size, x.dtype);
  },
  SplitV: (call) => {
    const x = call.input('x');
    const [axis] = util.parseAxisParam(call.attribute<number>('axis'), x.shape) as [number];
    const given = call.attribute<number | number[]>('numOrSizeSplits');
    const sizes = typeof given === 'number' ? new Array<number>(given).fill(x.shape[axis]! / given) : given;
    const names = call.graph.nodeOf(
      'Split',
      [call.name('x'), call.graph.integers(sizes)],
      { axis },
      sizes.length,
    );
    return names.map((name, i) => {
      const shape = [...x.shape];
      shape[axis] = sizes[i]!;
      return call.output(name, shape, x.dtype);
    });
  },
  Tile: (call) => {
    const { shape, dtype } = call.input('x');
    const reps = call.attribute<number[]>('reps');
    const name = call.graph.node('Tile', [call.name('x'), call.trace.sizeTensors.shape(reps)]);
    return call.output(
      name,
      shape.map((side, axis) => side * reps[axis]!),
      dtype,
    );
  },
  Transpose: (call) => {
    const { shape, dtype } = call.input('x');
    const perm = call.attribute<number[]>('perm');
    const name = call.graph.node('Transpose', [call.name('x')], { perm });
    return call.output(
      name,
      perm.map((axis) => shape[axis]!),
      dtype,
    );
  },
  Unpack: (call) => unpack(call),
};

function unpack(call: KernelCall): TensorInfo[] {
  const { shape, dtype } = call.input('value');
  const [axis] = util.parseAxisParam(call.attribute<number>('axis'), shape) as [number];
  const parts = shape[axis]!;
  const sizes = call.graph.integers(new Array<number>(parts).fill(1));
  const names =
    parts === 1
      ? [call.name('value')]
      : call.graph.nodeOf('Split', [call.name('value'), sizes], { axis }, parts);
  return names.map((name) =>
    call.output(
      call.graph.node('Squeeze', [name, call.graph.integers([axis])]),
      shape.filter((_, i) => i !== axis),
      dtype,
    ),
  );
}
