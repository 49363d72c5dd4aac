import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames } from '@restok/ops';
import type { GraphBuilder } from '../trace/graph-builder';
import type { Emitter, KernelCall } from './kernel-call';
import type { Triple } from './transformer';
import { splitHeads } from './transformer';

/**
 * Kernel of attention to a cache that grows while a graph runs: it puts T new positions at places that are known only
 * then, and hides what a query does not see.
 *
 * Inputs: qkv `[B, T, (H + 2K) Dh]`; pastKeys, pastValues `[B, K, P, Dh]`; positions `[T]` int32, neighbouring places
 * from the first on; visibleKeys `[T]` int32. Attributes: numHeads; capacity, the size of the new cache C. Outputs:
 * `[B, T, H Dh]` and the cache `[B, K, C, Dh]`.
 */
export const GROWING_ATTENTION = 'RestokOnnxGrowingAttention';

/** Added to scores that a query does not see: far below any score, and finite, which every runtime takes. */
const UNSEEN = -1e30;

/** An end of a slice that means "to the last". */
const TO_THE_END = Number.MAX_SAFE_INTEGER;

/** Emitters of attention, always as plain products and softmax: the operator for all of it is slower where measured. */
export const attention: Readonly<Record<string, Emitter>> = {
  [kernelNames.attention]: (call) => {
    const qkv = call.input('qkv');
    const numHeads = call.attribute<number>('numHeads');
    const parts = splitHeads(call.trace, qkv, [numHeads, numHeads, numHeads]) as Triple;
    const [queries, keys, values] = parts.map((part) => headsFirst(call.graph, part)) as Triple;
    const visibleKeys = call.attribute<readonly number[] | undefined>('visibleKeys');
    const mask = visibleKeys === undefined ? undefined : fixedMask(call.graph, visibleKeys);
    const width = qkv.shape[2]! / 3;
    const mixed = mix(call.graph, [scaled(call.graph, queries, width / numHeads), keys, values], { mask });
    return call.output(mergeHeads(call.graph, mixed, width), [...qkv.shape.slice(0, 2), width]);
  },
  [GROWING_ATTENTION]: growingAttention,
};

function growingAttention(call: KernelCall): TensorInfo[] {
  const { graph, trace } = call;
  const qkv = call.input('qkv');
  const pastKeys = call.input('pastKeys');
  const numHeads = call.attribute<number>('numHeads');
  const capacity = call.attribute<number>('capacity');
  const [batch, numKeyHeads, , headWidth] = pastKeys.shape as [number, number, number, number];
  const parts = splitHeads(trace, qkv, [numHeads, numKeyHeads, numKeyHeads]) as Triple;
  const [queries, newKeys, newValues] = parts.map((part) => headsFirst(graph, part)) as Triple;

  const places = graph.node('Cast', [call.name('positions')], { to: 7 });
  const start = graph.node('Slice', [places, graph.integers([0]), graph.integers([1]), graph.integers([0])]);
  const end = graph.node('Add', [start, graph.node('Shape', [places])]);
  const renewed = (past: string, fresh: string): string => {
    const axes = graph.integers([2]);
    const before = graph.node('Slice', [past, graph.integers([0]), start, axes]);
    const after = graph.node('Slice', [past, end, graph.integers([TO_THE_END]), axes]);
    return graph.node('Concat', [before, fresh, after], { axis: 2 });
  };
  const keys = renewed(call.name('pastKeys'), newKeys);
  const values = renewed(call.name('pastValues'), newValues);
  trace.sizeTensors.define(trace.sizes.factors(capacity).names[0]!, () => sizeOfAxis(graph, keys, 2));

  const served = numHeads / numKeyHeads;
  const small = scaled(graph, queries, headWidth);
  const grouped =
    served === 1 ? small : graph.node('Reshape', [small, graph.integers([0, numKeyHeads, -1, headWidth])]);
  const mask = growingMask(call, sizeOfAxis(graph, keys, 2));
  const mixed = mix(graph, [grouped, keys, values], {
    mask,
    regroup: served === 1 ? undefined : { numHeads, numKeyHeads },
  });
  const width = numHeads * headWidth;
  const apart =
    served === 1 ? mixed : graph.node('Reshape', [mixed, graph.integers([0, numHeads, -1, headWidth])]);
  const shape = [batch, numKeyHeads, capacity, headWidth];
  return [
    call.output(mergeHeads(graph, apart, width), [batch, qkv.shape[1]!, width]),
    call.output(keys, shape),
    call.output(values, shape),
  ];
}

/** softmax(q kᵀ + mask) v of parts `[B, heads, T, Dh]`; queries that share keys stand in one row of heads meanwhile. */
function mix(
  graph: GraphBuilder,
  [queries, keys, values]: Triple,
  { mask, regroup }: { mask?: string; regroup?: { numHeads: number; numKeyHeads: number } },
): string {
  const scores = graph.node('MatMul', [queries, graph.node('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
  const apart =
    regroup === undefined
      ? scores
      : graph.node('Reshape', [scores, graph.integers([0, regroup.numHeads, -1, 0])]);
  const masked = mask === undefined ? apart : graph.node('Add', [apart, mask]);
  const weights = graph.node('Softmax', [masked], { axis: -1 });
  const together =
    regroup === undefined
      ? weights
      : graph.node('Reshape', [weights, graph.integers([0, regroup.numKeyHeads, -1, 0])]);
  return graph.node('MatMul', [together, values]);
}

function scaled(graph: GraphBuilder, queries: string, headWidth: number): string {
  return graph.node('Mul', [queries, graph.scalar(1 / Math.sqrt(headWidth))]);
}

/** `[B, T, heads, Dh]` to `[B, heads, T, Dh]`. */
function headsFirst(graph: GraphBuilder, part: string): string {
  return graph.node('Transpose', [part], { perm: [0, 2, 1, 3] });
}

/** `[B, heads, T, Dh]` to `[B, T, D]`. */
function mergeHeads(graph: GraphBuilder, mixed: string, width: number): string {
  const turned = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  return graph.node('Reshape', [turned, graph.integers([0, 0, width])]);
}

function sizeOfAxis(graph: GraphBuilder, tensor: string, axis: number): string {
  return graph.node('Shape', [tensor], { start: axis, end: axis + 1 });
}

/** `[T, T]`, computed from one number per query, so that the file need not hold it. */
function fixedMask(graph: GraphBuilder, visibleKeys: readonly number[]): string {
  const size = visibleKeys.length;
  const counts = graph.sharedTensor(`visible ${visibleKeys.join()}`, [size, 1], () =>
    Float32Array.from(visibleKeys),
  );
  const places = graph.sharedTensor(`places ${size}`, [1, size], () =>
    Float32Array.from({ length: size }, (_, place) => place),
  );
  return hidden(graph, places, counts);
}

/** `[T, C]` */
function growingMask(call: KernelCall, capacity: string): string {
  const { graph } = call;
  const counts = graph.node('Unsqueeze', [
    graph.node('Cast', [call.name('visibleKeys')], { to: 1 }),
    graph.integers([1]),
  ]);
  const end = graph.node('Squeeze', [capacity, graph.integers([0])]);
  const places = graph.node('Range', [graph.integer(0), end, graph.integer(1)]);
  return hidden(graph, graph.node('Cast', [places], { to: 1 }), counts);
}

function hidden(graph: GraphBuilder, places: string, counts: string): string {
  return graph.node('Where', [graph.node('Less', [places, counts]), graph.scalar(0), graph.scalar(UNSEEN)]);
}
