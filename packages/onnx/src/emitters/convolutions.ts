import type { TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { Emitter, KernelCall } from './kernel-call';
import { activated } from './matrix-products';

/** Shapes and paddings as TensorFlow.js computes them. */
type PadInfo = {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
};

/** Emitters of stock convolutions, pooling and resizing; pictures have their channels first from here on. */
export const convolutions: Readonly<Record<string, Emitter>> = {
  AvgPool: (call) => pool(call, 'AveragePool', 'avg', { count_include_pad: 0 }),
  Conv2D: (call) => convolve(call),
  DepthwiseConv2dNative: (call) => convolveByChannel(call),
  FusedBatchNorm: (call) => {
    const x = call.input('x');
    const ones = { scale: 1, offset: 0 };
    const names = (['scale', 'offset'] as const).map((key) =>
      call.has(key)
        ? call.name(key)
        : call.graph.store('float32', [x.shape[3]!], new Float32Array(x.shape[3]!).fill(ones[key])),
    );
    const inputs = [call.trace.channelsFirst(x), ...names, call.name('mean'), call.name('variance')];
    const epsilon = { float: call.attribute<number>('varianceEpsilon') };
    return call.trace.outputChannelsFirst(
      call.graph.node('BatchNormalization', inputs, { epsilon }),
      x.shape,
    );
  },
  FusedConv2D: (call) => convolve(call),
  MaxPool: (call) => pool(call, 'MaxPool', 'max', {}),
  ResizeBilinear: (call) => resize(call, 'linear'),
  ResizeNearestNeighbor: (call) => resize(call, 'nearest'),
};

function convolve(call: KernelCall): TensorInfo {
  const { x, filter, info } = geometry(call, false);
  const bias = call.has('bias') ? [call.name('bias')] : [];
  const name = call.graph.node('Conv', [call.trace.channelsFirst(x), call.trace.filter(filter), ...bias], {
    kernel_shape: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(info.padInfo),
  });
  return call.trace.outputChannelsFirst(activated(call, name), info.outShape);
}

/** One filter group for each channel; TensorFlow.js has `[k, k, C, M]`, ONNX `[C M, 1, k, k]`. */
function convolveByChannel(call: KernelCall): TensorInfo {
  const { x, filter, info } = geometry(call, true);
  const [rows, columns, channels, multiplier] = filter.shape as [number, number, number, number];
  const turned = call.graph.node('Transpose', [call.trace.name(filter)], { perm: [2, 3, 0, 1] });
  const grouped = call.graph.node('Reshape', [
    turned,
    call.graph.integers([channels * multiplier, 1, rows, columns]),
  ]);
  const name = call.graph.node('Conv', [call.trace.channelsFirst(x), grouped], {
    group: channels,
    kernel_shape: [rows, columns],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(info.padInfo),
  });
  return call.trace.outputChannelsFirst(name, info.outShape);
}

function geometry(
  call: KernelCall,
  isDepthwise: boolean,
): { x: TensorInfo; filter: TensorInfo; info: backend_util.Conv2DInfo } {
  const [x, filter] = [call.input('x'), call.input('filter')];
  const format = call.attribute<string | undefined>('dataFormat') ?? 'NHWC';
  if (format !== 'NHWC') {
    throw new ConfigError(`traceToOnnx: convolutions must be NHWC, got ${format}. Transpose the picture.`);
  }
  const info = backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    call.attribute<[number, number]>('strides'),
    call.attribute<[number, number] | undefined>('dilations') ?? 1,
    call.attribute<'same' | 'valid' | number>('pad'),
    call.attribute<'floor' | 'round' | 'ceil' | undefined>('dimRoundingMode'),
    isDepthwise,
  );
  return { x, filter, info };
}

function pool(
  call: KernelCall,
  operator: string,
  kind: 'avg' | 'max',
  more: Readonly<Record<string, number>>,
): TensorInfo {
  const x = call.input('x');
  const info = backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    call.attribute<[number, number]>('filterSize'),
    call.attribute<[number, number]>('strides'),
    1,
    call.attribute<'same' | 'valid' | number>('pad'),
    call.attribute<'floor' | 'round' | 'ceil' | undefined>('dimRoundingMode'),
  );
  const name = call.graph.node(operator, [call.trace.channelsFirst(x)], {
    kernel_shape: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    pads: padsOf(info.padInfo),
    ...more,
  });
  return call.trace.outputChannelsFirst(name, info.outShape, kind === 'max' ? x.dtype : 'float32');
}

function resize(call: KernelCall, mode: 'linear' | 'nearest'): TensorInfo {
  const images = call.input('images');
  const [batch, rows, columns, channels] = images.shape as [number, number, number, number];
  const [newRows, newColumns] = call.attribute<[number, number]>('size');
  const scales = Float32Array.of(1, 1, newRows / rows, newColumns / columns);
  const place = call.attribute<boolean>('alignCorners')
    ? 'align_corners'
    : call.attribute<boolean>('halfPixelCenters')
      ? 'half_pixel'
      : 'asymmetric';
  const inputs = [call.trace.channelsFirst(images), '', call.graph.store('float32', [4], scales)];
  const name = call.graph.node('Resize', inputs, {
    mode,
    coordinate_transformation_mode: place,
    nearest_mode: place === 'asymmetric' ? 'floor' : 'round_prefer_ceil',
  });
  return call.trace.outputChannelsFirst(name, [batch, newRows, newColumns, channels]);
}

function padsOf({ top, left, bottom, right }: PadInfo): number[] {
  return [top, left, bottom, right];
}
