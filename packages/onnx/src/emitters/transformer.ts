import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { kernelNames } from '@restok/ops';
import type { Trace } from '../trace/trace';
import type { Emitter, KernelCall } from './kernel-call';
import { reshape } from './kernel-call';

/** Emitters of the operations of transformers in @restok/ops, under their kernel names. */
export const transformer: Readonly<Record<string, Emitter>> = {
  [kernelNames.linear]: (call) => linear(call),
  [kernelNames.layerNorm]: (call) => {
    const x = call.input('x');
    const epsilon = call.attribute<number>('epsilon');
    return call.output(
      layerNorm(call, call.name('x'), [call.name('gain'), call.name('shift')], epsilon),
      x.shape,
    );
  },
  // The form that ONNX Runtime makes one operator of; ONNX has Gelu itself from a later version on.
  [kernelNames.gelu]: (call) => {
    const { graph } = call;
    const x = call.name('x');
    const error = graph.node('Erf', [graph.node('Div', [x, graph.scalar(Math.SQRT2)])]);
    const doubled = graph.node('Mul', [x, graph.node('Add', [error, graph.scalar(1)])]);
    return call.output(graph.node('Mul', [doubled, graph.scalar(0.5)]), call.input('x').shape);
  },
  // Likewise.
  [kernelNames.rmsNorm]: (call) => {
    const { graph } = call;
    const { shape } = call.input('x');
    const x = call.name('x');
    const squares = graph.node('Pow', [x, graph.scalar(2)]);
    const mean = graph.node('ReduceMean', [squares], { axes: [-1], keepdims: 1 });
    const root = graph.node('Sqrt', [
      graph.node('Add', [mean, graph.scalar(call.attribute<number>('epsilon'))]),
    ]);
    return call.output(graph.node('Mul', [graph.node('Div', [x, root]), call.name('gain')]), shape);
  },
  [kernelNames.swiGlu]: (call) => {
    const { graph } = call;
    const gate = call.name('gate');
    const open = graph.node('Mul', [gate, graph.node('Sigmoid', [gate])]);
    return call.output(graph.node('Mul', [open, call.name('value')]), call.input('gate').shape);
  },
  [kernelNames.scaledResidual]: (call) => {
    const update = call.graph.node('Mul', [call.name('update'), call.name('gamma')]);
    return call.output(call.graph.node('Add', [call.name('x'), update]), call.input('x').shape);
  },
  [kernelNames.normalizeAndRotate]: (call) => {
    const numHeads = call.attribute<number>('numHeads');
    const epsilon = call.attribute<number>('epsilon');
    const qkv = call.input('qkv');
    const [queries, keys, values] = splitHeads(call.trace, qkv, [numHeads, numHeads, numHeads]) as Triple;
    const turned = [
      layerNorm(call, queries, [call.name('queryGain'), call.name('queryShift')], epsilon),
      layerNorm(call, keys, [call.name('keyGain'), call.name('keyShift')], epsilon),
    ].map((heads) => rotate(call, heads));
    return call.trace.outputHeads([...turned, values], qkv.shape);
  },
  [kernelNames.rotateHeads]: (call) => {
    const [numHeads, numKeyHeads] = [
      call.attribute<number>('numHeads'),
      call.attribute<number>('numKeyHeads'),
    ];
    const qkv = call.input('qkv');
    const [queries, keys, values] = splitHeads(call.trace, qkv, [
      numHeads,
      numKeyHeads,
      numKeyHeads,
    ]) as Triple;
    return call.trace.outputHeads([rotate(call, queries), rotate(call, keys), values], qkv.shape);
  },
};

/** Queries, keys and values. */
export type Triple = [string, string, string];

/** x Wᵀ + b: over pictures as a convolution of one pixel, over everything else as a matrix product with bias. */
function linear(call: KernelCall): TensorInfo {
  const { graph, trace } = call;
  const x = call.input('x');
  const [outputs, inputs] = call.input('weight').shape as [number, number];
  const shape = [...x.shape.slice(0, -1), outputs];
  const bias = call.has('bias') ? [call.name('bias')] : [];
  if (x.shape.length === 4 && trace.isChannelsFirst(x)) {
    const filter = graph.node('Reshape', [call.name('weight'), graph.integers([outputs, inputs, 1, 1])]);
    return trace.outputChannelsFirst(
      graph.node('Conv', [trace.channelsFirst(x), filter, ...bias], { kernel_shape: [1, 1] }),
      shape,
    );
  }
  const rows = util.sizeFromShape(x.shape.slice(0, -1));
  const matrix = reshape(trace, trace.name(x), x.shape, [rows, inputs]);
  const product = graph.node('Gemm', [matrix, call.name('weight'), ...bias], { transB: 1 });
  return call.output(reshape(trace, product, [rows, outputs], shape), shape);
}

function layerNorm(call: KernelCall, x: string, parameters: readonly string[], epsilon: number): string {
  return call.graph.node('LayerNormalization', [x, ...parameters], { axis: -1, epsilon: { float: epsilon } });
}

/** A packed `[B, T, D]` tensor as parts `[B, T, heads, Dh]`. */
export function splitHeads(trace: Trace, packed: TensorInfo, counts: readonly number[]): readonly string[] {
  const present = trace.headsOf(packed);
  if (present !== undefined) {
    return present;
  }
  const [batch, positions, width] = packed.shape as [number, number, number];
  const heads = counts.reduce((sum, count) => sum + count, 0);
  const grouped = reshape(trace, trace.name(packed), packed.shape, [batch, positions, heads, width / heads]);
  return trace.graph.nodeOf('Split', [grouped, trace.graph.integers(counts)], { axis: 2 }, counts.length);
}

/**
 * x · cos + swapped(x) · sin, where swapped makes (a, b) of each pair (-b, a). It is a product with a matrix of 0, 1
 * and -1, which is exact, and faster than moving single values.
 */
function rotate(call: KernelCall, heads: string): string {
  const { graph, trace } = call;
  const [positions, pairs] = call.input('cos').shape as [number, number];
  const table = (key: string): string => {
    const single = reshape(trace, call.name(key), [positions, pairs], [positions, pairs, 1]);
    const twice = graph.node('Concat', [single, single], { axis: 2 });
    return reshape(trace, twice, [positions, pairs, 2], [positions, 1, 2 * pairs]);
  };
  const swapped = graph.node('MatMul', [heads, swap(call, 2 * pairs)]);
  return graph.node('Add', [
    graph.node('Mul', [heads, table('cos')]),
    graph.node('Mul', [swapped, table('sin')]),
  ]);
}

function swap(call: KernelCall, width: number): string {
  return call.graph.sharedTensor(`swap ${width}`, [width, width], () => {
    const matrix = new Float32Array(width * width);
    for (let even = 0; even < width; even += 2) {
      matrix[(even + 1) * width + even] = -1;
      matrix[even * width + even + 1] = 1;
    }
    return matrix;
  });
}
