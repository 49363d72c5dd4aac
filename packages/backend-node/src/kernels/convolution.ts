import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GradientPart } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { multiply, registerNative } from '../native-context';
import { columnSums } from './linear';

/** Values of one tile of unfolded windows: 2 MiB, which stays in the cache between unfolding and product. */
const TILE_VALUES = 2 ** 19;

const VALUE_BYTES = 4;

/** "Same" convolutions as matrix products over unfolded windows, a tile of pixels at a time. */
export function registerConvolution(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative(kernelNames.conv2d, ({ x, filter, bias }) => {
    const [batch, height, width] = x!.shape as [number, number, number];
    const outputs = filter!.shape[3]!;
    const y = heap.allocate([batch, height, width, outputs]);
    if (bias !== undefined) {
      simd.fillRows(heap.address(y), heap.address(bias), batch * height * width, outputs);
    }
    convolve(context, x!, heap.address(filter!), filter!.shape, y, bias === undefined ? 0 : 1);
    return y;
  });

  registerNative<{ of: GradientPart }>(kernelNames.conv2dGrad, ({ gradient, x, filter }, { of }) => {
    const [size, , inputs, outputs] = filter!.shape as [number, number, number, number];
    const pixels = sizeOf(x!.shape) / inputs;
    if (of === 'bias') {
      return columnSums(context, gradient!, pixels, outputs);
    }
    const target = heap.allocate(of === 'input' ? x!.shape : filter!.shape);
    if (of === 'input') {
      // The gradient of the input is a convolution of the gradient with the mirrored filter.
      const mirrored = heap.scratch('mirroredFilter', sizeOf(filter!.shape));
      simd.mirrorFilter(heap.address(filter!), mirrored, size * size, inputs, outputs);
      convolve(context, gradient!, mirrored, [size, size, outputs, inputs], target, 0);
      return target;
    }
    forEachTile(context, x!, size, (rows, start, count) => {
      multiply(
        context.gemm,
        { m: size * size * inputs, n: outputs, k: count },
        { a: rows, b: heap.address(gradient!) + start * outputs * VALUE_BYTES, c: heap.address(target) },
        { transposeA: true, beta: start === 0 ? 0 : 1 },
      );
    });
    return target;
  });
}

function convolve(
  context: NativeContext,
  x: TensorInfo,
  filter: number,
  filterShape: readonly number[],
  y: TensorInfo,
  beta: number,
): void {
  const [size, , inputs, outputs] = filterShape as [number, number, number, number];
  const target = context.heap.address(y);
  forEachTile(context, x, size, (rows, start, count) => {
    multiply(
      context.gemm,
      { m: count, n: outputs, k: size * size * inputs },
      { a: rows, b: filter, c: target + start * outputs * VALUE_BYTES },
      { beta },
    );
  });
}

/** Unfolds windows tile by tile and hands each tile over; 1x1 windows are the picture itself. */
function forEachTile(
  { heap, simd }: NativeContext,
  x: TensorInfo,
  size: number,
  use: (rows: number, start: number, count: number) => void,
): void {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pixels = batch * height * width;
  const source = heap.address(x);
  if (size === 1) {
    use(source, 0, pixels);
    return;
  }
  const windowSize = size * size * channels;
  const tilePixels = Math.max(1, Math.min(pixels, Math.floor(TILE_VALUES / windowSize)));
  const rows = heap.scratch('unfold', tilePixels * windowSize);
  for (let start = 0; start < pixels; start += tilePixels) {
    const count = Math.min(tilePixels, pixels - start);
    simd.unfold(source, rows, start, count, height, width, channels, size);
    use(rows, start, count);
  }
}
