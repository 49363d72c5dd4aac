import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { TokenMap } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { FusedBackend } from '../fused-backend';
import { registerFused, sizeOf } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';
import { columnSums } from './column-sums';
import type { Elementwise } from './elementwise';
import { elementwiseGroups, runElementwise } from './elementwise';

const scaledResidual: Elementwise = {
  key: 'scaledResidual',
  inputs: ['x', 'update', 'gamma'],
  outputs: ['y'],
  parameters: { width: 'u32' },
  body: 'y[i] = x[i] + update[i] * gamma[i % p.width];',
};

const scaledResidualGrad: Elementwise = {
  key: 'scaledResidualGrad',
  inputs: ['gradient', 'update', 'gamma'],
  outputs: ['dUpdate', 'share'],
  parameters: { width: 'u32' },
  body: `dUpdate[i] = gradient[i] * gamma[i % p.width];
      share[i] = gradient[i] * update[i];`,
};

/** Each output token is a weighted sum of a few input tokens, listed from `offsets[token]` on. */
const mixTokens: Program = {
  key: 'mixTokens',
  buffers: { x: reads(), offsets: reads('i32'), sources: reads('i32'), weights: reads(), y: writes() },
  parameters: { inputs: 'u32', outputs: 'u32', width: 'u32', size: 'u32' },
  workgroupSize: 64,
  code: `
fn main(lane: u32, group: u32) {
  for (var part = 0u; part < 4u; part++) {
    let i = (group * 4u + part) * 64u + lane;
    if (i < p.size) {
      let channel = i % p.width;
      let token = (i / p.width) % p.outputs;
      let batch = i / (p.width * p.outputs);
      var sum = 0.0;
      for (var entry = offsets[token]; entry < offsets[token + 1u]; entry++) {
        sum += weights[entry] * x[(batch * p.inputs + u32(sources[entry])) * p.width + channel];
      }
      y[i] = sum;
    }
  }
}`,
};

const SQUARE = {
  inputs: ['x'],
  outputs: ['y'],
  parameters: { width: 'u32', channels: 'u32', scale: 'f32' },
} as const;

/** Every pixel of the larger picture takes that of the smaller one; `width` is the larger's. */
const enlarge: Elementwise = {
  ...SQUARE,
  key: 'enlarge2x',
  body: `let channel = i % p.channels;
      let column = (i / p.channels) % p.width;
      let row = i / (p.channels * p.width);
      y[i] = p.scale * x[((row / 2u) * (p.width / 2u) + column / 2u) * p.channels + channel];`,
};

/** Sum of every 2 x 2 square; `width` is the smaller picture's. */
const reduce: Elementwise = {
  ...SQUARE,
  key: 'reduce2x',
  body: `let channel = i % p.channels;
      let column = (i / p.channels) % p.width;
      let row = i / (p.channels * p.width);
      let first = ((2u * row) * (2u * p.width) + 2u * column) * p.channels + channel;
      let below = first + 2u * p.width * p.channels;
      y[i] = p.scale * (x[first] + x[first + p.channels] + x[below] + x[below + p.channels]);`,
};

/** Layer scale, token mixing and resampling, with the gradients that have kernels of their own. */
export function registerTokens(): void {
  registerFused(kernelNames.scaledResidual, (backend, inputs) =>
    runElementwise(backend, scaledResidual, inputs, inputs.x!.shape, { width: inputs.gamma!.shape[0]! }),
  );

  registerFused(kernelNames.scaledResidualGrad, (backend, inputs) => {
    const { shape } = inputs.update!;
    const width = inputs.gamma!.shape[0]!;
    const [dUpdate, share] = runElementwise(backend, scaledResidualGrad, inputs, shape, { width });
    const dGamma = columnSums(backend, share!, sizeOf(shape) / width, width);
    backend.disposeData(share!.dataId);
    return [dUpdate!, dGamma];
  });

  registerFused<{ map: TokenMap }>(kernelNames.mixTokens, (backend, { x }, { map }) => mix(backend, x!, map));

  const resample = (
    backend: FusedBackend,
    kernel: Elementwise,
    x: TensorInfo,
    scale: number,
  ): TensorInfo[] => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const factor = kernel === enlarge ? 2 : 0.5;
    const shape = [batch, height * factor, width * factor, channels];
    return runElementwise(backend, kernel, { x }, shape, { width: width * factor, channels, scale });
  };
  registerFused(kernelNames.upsample2x, (backend, { x }) => resample(backend, enlarge, x!, 1));
  registerFused(kernelNames.upsample2xGrad, (backend, { gradient }) =>
    resample(backend, reduce, gradient!, 1),
  );
  registerFused(kernelNames.averagePool2x, (backend, { x }) => resample(backend, reduce, x!, 0.25));
  registerFused(kernelNames.averagePool2xGrad, (backend, { gradient }) =>
    resample(backend, enlarge, gradient!, 0.25),
  );
}

function mix(backend: FusedBackend, x: TensorInfo, map: TokenMap): TensorInfo {
  const [batch, inputs, width] = x.shape as [number, number, number];
  const y = backend.allocate([batch, map.numOutputs, width]);
  const integers = (values: ArrayLike<number>): TensorInfo =>
    backend.makeTensorInfo([values.length], 'int32', Int32Array.from(values));
  const [offsets, sources] = [integers(map.offsets), integers(map.sources)];
  const weights = backend.makeTensorInfo([map.weights.length], 'float32', Float32Array.from(map.weights));
  const size = sizeOf(y.shape);
  backend.run(mixTokens, {
    tensors: { x, offsets, sources, weights, y },
    parameters: { inputs, outputs: map.numOutputs, width, size },
    groups: elementwiseGroups(size),
  });
  [offsets, sources, weights].forEach(({ dataId }) => backend.disposeData(dataId));
  return y;
}
