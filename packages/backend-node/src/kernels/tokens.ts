import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { TokenMap } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';

const VALUE_BYTES = 4;

/** Layer scale, token mixing, resampling and codebook lookup. */
export function registerTokens(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative(kernelNames.scaledResidual, ({ x, update, gamma }) => {
    const width = gamma!.shape[0]!;
    const y = heap.allocate(x!.shape);
    const addresses = [x!, update!, gamma!, y].map((tensor) => heap.address(tensor));
    simd.scaledResidual(...addresses, sizeOf(x!.shape) / width, width);
    return y;
  });

  registerNative(kernelNames.scaledResidualGrad, ({ gradient, update, gamma }) => {
    const width = gamma!.shape[0]!;
    const dUpdate = heap.allocate(update!.shape);
    const dGamma = heap.allocateZeros([width]);
    const addresses = [gradient!, update!, gamma!, dUpdate, dGamma].map((tensor) => heap.address(tensor));
    simd.scaledResidualGrad(...addresses, sizeOf(update!.shape) / width, width);
    return [dUpdate, dGamma];
  });

  registerNative<{ map: TokenMap }>(kernelNames.mixTokens, ({ x }, { map }) => {
    const [batch, inputs, width] = x!.shape as [number, number, number];
    const y = heap.allocate([batch, map.numOutputs, width]);
    const numSources = map.sources.length;
    const offsets = heap.scratch('tokenMap', map.offsets.length + 2 * numSources);
    const sources = offsets + map.offsets.length * VALUE_BYTES;
    const weights = sources + numSources * VALUE_BYTES;
    heap.integers(offsets, map.offsets.length).set(map.offsets);
    heap.integers(sources, numSources).set(map.sources);
    heap.floats(weights, numSources).set(map.weights);
    const from = heap.address(x!);
    simd.mixTokens(from, heap.address(y), offsets, sources, weights, batch, inputs, map.numOutputs, width);
    return y;
  });

  const enlarge = (x: TensorInfo, scale: number): TensorInfo => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const y = heap.allocate([batch, 2 * height, 2 * width, channels]);
    simd.upsample2x(heap.address(x), heap.address(y), batch * height, width, channels, scale);
    return y;
  };
  const reduce = (x: TensorInfo, scale: number): TensorInfo => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const y = heap.allocate([batch, height / 2, width / 2, channels]);
    simd.sumSquares2x(heap.address(x), heap.address(y), (batch * height) / 2, width / 2, channels, scale);
    return y;
  };
  registerNative(kernelNames.upsample2x, ({ x }) => enlarge(x!, 1));
  registerNative(kernelNames.upsample2xGrad, ({ gradient }) => reduce(gradient!, 1));
  registerNative(kernelNames.averagePool2x, ({ x }) => reduce(x!, 0.25));
  registerNative(kernelNames.averagePool2xGrad, ({ gradient }) => enlarge(gradient!, 0.25));

  registerNative(kernelNames.nearestCode, ({ latents, codebook }) =>
    nearestCode(context, latents!, codebook!),
  );

  registerNative(kernelNames.gatherRows, ({ table, indices }) => {
    const width = table!.shape[1]!;
    const count = sizeOf(indices!.shape);
    const y = heap.allocate([count, width]);
    simd.gatherRows(heap.address(table!), heap.address(indices!), heap.address(y), count, width);
    return y;
  });

  registerNative<{ numRows: number }>(kernelNames.gatherRowsGrad, ({ gradient, indices }, { numRows }) => {
    const width = gradient!.shape[1]!;
    const dTable = heap.allocateZeros([numRows, width]);
    const addresses = [gradient!, indices!, dTable].map((tensor) => heap.address(tensor));
    simd.gatherRowsGrad(...addresses, sizeOf(indices!.shape), width);
    return dTable;
  });
}

function nearestCode({ heap, simd }: NativeContext, latents: TensorInfo, codebook: TensorInfo): TensorInfo {
  const [count, width] = latents.shape as [number, number];
  const codebookSize = codebook.shape[0]!;
  const padded = Math.ceil(codebookSize / 4) * 4;
  const indices = heap.allocate([count], 'int32');
  const transposed = heap.scratch('codebook', padded * (width + 1));
  const halfNorms = transposed + padded * width * VALUE_BYTES;

  const rows = heap.floats(heap.address(codebook), codebookSize * width);
  const columns = heap.floats(transposed, padded * width).fill(0);
  const norms = heap.floats(halfNorms, padded).fill(Infinity);
  for (let v = 0; v < codebookSize; v++) {
    let squares = 0;
    for (let k = 0; k < width; k++) {
      const value = rows[v * width + k]!;
      columns[k * padded + v] = value;
      squares += value * value;
    }
    norms[v] = squares / 2;
  }
  simd.nearestCode(heap.address(latents), transposed, halfNorms, heap.address(indices), count, padded, width);
  return indices;
}
