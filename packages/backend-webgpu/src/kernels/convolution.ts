import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GradientPart } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { FusedBackend } from '../fused-backend';
import { registerFused } from '../fused-kernel';
import { columnSums } from './column-sums';
import type { TileProduct } from './tile-product';
import { tileProduct } from './tile-product';

const PICTURE = { height: 'u32', width: 'u32', size: 'u32', channels: 'u32' } as const;

/** The value of a picture under `tap` (row, column and channel of the filter) at `pixel`; 0 outside. */
const windowOf = (picture: string): string => `
  let channel = tap % p.channels;
  let margin = (p.size - 1u) / 2u;
  let rowShift = tap / (p.channels * p.size);
  let columnShift = (tap / p.channels) % p.size;
  // Wraps around below zero, and is then outside as well.
  let pictureRow = (pixel / p.width) % p.height + rowShift - margin;
  let pictureColumn = pixel % p.width + columnShift - margin;
  if (pictureRow >= p.height || pictureColumn >= p.width) { return 0.0; }
  let sample = pixel / (p.width * p.height);
  return ${picture}[((sample * p.height + pictureRow) * p.width + pictureColumn) * p.channels + channel];`;

const forward = (hasBias: boolean): TileProduct => ({
  key: 'conv2d',
  inputs: ['x', 'filter_values'],
  parameters: PICTURE,
  valueOfA: `let pixel = row; let tap = inner; ${windowOf('x')}`,
  valueOfB: 'return filter_values[inner * p.n + column];',
  depthFirst: { a: true, b: false },
  hasBias,
});

/** The same with the filter turned round: the inner side is taps of output channels, columns are input channels. */
const backwardInput: TileProduct = {
  key: 'conv2dGrad of the input',
  inputs: ['gradient', 'filter_values'],
  parameters: PICTURE,
  valueOfA: `let pixel = row; let tap = inner; ${windowOf('gradient')}`,
  valueOfB: `let place = p.size * p.size - 1u - inner / p.channels;
  return filter_values[(place * p.n + column) * p.channels + inner % p.channels];`,
  depthFirst: { a: true, b: true },
};

const backwardFilter: TileProduct = {
  key: 'conv2dGrad of the filter',
  inputs: ['x', 'gradient'],
  parameters: PICTURE,
  valueOfA: `let pixel = inner; let tap = row; ${windowOf('x')}`,
  valueOfB: 'return gradient[inner * p.n + column];',
  depthFirst: { a: false, b: false },
};

/** Pixels that one workgroup adds up for the gradient of a filter, and most parts that are added up after. */
const PIXELS_PER_CHUNK = 1024;
const MAX_CHUNKS = 16;

/** Convolutions as products with windows that are read where they lie. */
export function registerConvolution(): void {
  registerFused(kernelNames.conv2d, (backend, { x, filter, bias }) => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const [size, , , outputs] = filter!.shape as [number, number, number, number];
    const y = backend.allocate([batch, height, width, outputs]);
    const sizes = { m: batch * height * width, n: outputs, k: size * size * channels };
    const { program, parameters, groups } = tileProduct(forward(bias !== undefined), sizes);
    backend.run(program, {
      tensors: { x: x!, filter_values: filter!, c: y, ...(bias === undefined ? {} : { bias }) },
      parameters: { ...parameters, height, width, size, channels },
      groups,
    });
    return y;
  });

  registerFused<{ of: GradientPart }>(kernelNames.conv2dGrad, (backend, { gradient, x, filter }, { of }) => {
    const [batch, height, width] = x!.shape as [number, number, number];
    switch (of) {
      case 'input':
        return inputGradient(backend, gradient!, filter!);
      case 'weight':
        return filterGradient(backend, gradient!, x!, filter!.shape);
      case 'bias':
        return columnSums(backend, gradient!, batch * height * width, filter!.shape[3]!);
    }
  });
}

function inputGradient(backend: FusedBackend, gradient: TensorInfo, filter: TensorInfo): TensorInfo {
  const [batch, height, width, outputs] = gradient.shape as [number, number, number, number];
  const [size, , inputs] = filter.shape as [number, number, number];
  const dx = backend.allocate([batch, height, width, inputs]);
  const sizes = { m: batch * height * width, n: inputs, k: size * size * outputs };
  const { program, parameters, groups } = tileProduct(backwardInput, sizes);
  backend.run(program, {
    tensors: { gradient, filter_values: filter, c: dx },
    parameters: { ...parameters, height, width, size, channels: outputs },
    groups,
  });
  return dx;
}

/** The pixels are the inner side, which is long: workgroups take parts of it, and these are added up after. */
function filterGradient(
  backend: FusedBackend,
  gradient: TensorInfo,
  x: TensorInfo,
  shape: readonly number[],
): TensorInfo {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [size, , , outputs] = shape as [number, number, number, number];
  const sizes = { m: size * size * channels, n: outputs, k: batch * height * width };
  const chunks = Math.min(MAX_CHUNKS, Math.ceil(sizes.k / PIXELS_PER_CHUNK));
  const parts = backend.allocate(chunks === 1 ? shape : [chunks, sizes.m, sizes.n]);
  const { program, parameters, groups } = tileProduct(backwardFilter, sizes, chunks);
  backend.run(program, {
    tensors: { x, gradient, c: parts },
    parameters: { ...parameters, height, width, size, channels },
    groups,
  });
  if (chunks === 1) {
    return parts;
  }
  const sums = columnSums(backend, parts, chunks, sizes.m * sizes.n);
  backend.disposeData(parts.dataId);
  return { ...sums, shape: [...shape] };
}
