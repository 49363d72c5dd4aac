import { kernelNames } from '@restok/ops';
import type { Emitter, KernelCall } from './kernel-call';

/** Emitters of the operations on pictures in @restok/ops; channels stay first from one to the next. */
export const pictures: Readonly<Record<string, Emitter>> = {
  [kernelNames.conv2d]: (call) => {
    const filter = call.input('filter');
    const [size, , , outputs] = filter.shape as [number, number, number, number];
    const margin = (size - 1) / 2;
    const bias = call.has('bias') ? [call.name('bias')] : [];
    const inputs = [picture(call), call.trace.filter(filter), ...bias];
    const name = call.graph.node('Conv', inputs, {
      kernel_shape: [size, size],
      pads: [margin, margin, margin, margin],
    });
    return call.trace.outputChannelsFirst(name, [...call.input('x').shape.slice(0, 3), outputs]);
  },
  [kernelNames.groupNorm]: (call) => {
    const { graph } = call;
    const name = normalizedGroups(call);
    const gated =
      call.attribute<string>('activation') === 'silu'
        ? graph.node('Mul', [name, graph.node('Sigmoid', [name])])
        : name;
    return call.trace.outputChannelsFirst(gated, call.input('x').shape);
  },
  [kernelNames.averagePool2x]: (call) => {
    const [batch, height, width, channels] = call.input('x').shape as [number, number, number, number];
    const square = { kernel_shape: [2, 2], strides: [2, 2] };
    const name = call.graph.node('AveragePool', [picture(call)], square);
    return call.trace.outputChannelsFirst(name, [batch, height / 2, width / 2, channels]);
  },
  [kernelNames.upsample2x]: (call) => {
    const [batch, height, width, channels] = call.input('x').shape as [number, number, number, number];
    const scales = call.graph.sharedTensor('twice', [4], () => Float32Array.of(1, 1, 2, 2));
    const name = call.graph.node('Resize', [picture(call), '', scales], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    });
    return call.trace.outputChannelsFirst(name, [batch, 2 * height, 2 * width, channels]);
  },
};

function picture(call: KernelCall): string {
  return call.trace.channelsFirst(call.input('x'));
}

/** Group normalisation by InstanceNormalization, which takes a group's channels and pixels as one long row. */
function normalizedGroups(call: KernelCall): string {
  const { graph } = call;
  const [, height, width, channels] = call.input('x').shape as [number, number, number, number];
  const groups = call.attribute<number>('groups');
  const epsilon = { float: call.attribute<number>('epsilon') };
  if (groups === channels) {
    return graph.node('InstanceNormalization', [picture(call), call.name('gain'), call.name('shift')], {
      epsilon,
    });
  }
  const one = graph.sharedTensor(`ones ${groups}`, [groups], () => new Float32Array(groups).fill(1));
  const zero = graph.sharedTensor(`zeros ${groups}`, [groups], () => new Float32Array(groups));
  const rows = graph.node('Reshape', [picture(call), graph.integers([0, groups, -1])]);
  const normalized = graph.node('InstanceNormalization', [rows, one, zero], { epsilon });
  const back = graph.node('Reshape', [normalized, graph.integers([0, channels, height, width])]);
  const perChannel = (key: string): string =>
    graph.node('Reshape', [call.name(key), graph.integers([channels, 1, 1])]);
  return graph.node('Add', [graph.node('Mul', [back, perChannel('gain')]), perChannel('shift')]);
}
