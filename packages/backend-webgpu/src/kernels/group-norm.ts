import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GroupNormOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { registerFused } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';
import { SIGMOID } from './activations';
import { columnSums } from './column-sums';
import { COMBINE, GROUP_PARAMETERS, groupStatistics, LOCATE, overChunk } from './group-statistics';
import { ROW_LANES, WORKGROUP_SUM } from './workgroup-sum';

type Activation = GroupNormOptions['activation'];

const applyProgram = (activation: Activation): Program => ({
  key: `groupNorm ${activation}`,
  buffers: { x: reads(), statistics: reads(), gain: reads(), shift: reads(), y: writes() },
  parameters: GROUP_PARAMETERS,
  workgroupSize: ROW_LANES,
  code: `${SIGMOID}
fn main(lane: u32, group: u32) {
  ${LOCATE}
  ${COMBINE}
  ${overChunk(`
    let channel = channelGroup * p.groupWidth + j % p.groupWidth;
    let value = (x[i] - mean) * inverse * gain[channel] + shift[channel];
    y[i] = ${activation === 'silu' ? 'value * sigmoid(value)' : 'value'};`)}
}`,
});

/** `normalized` value i of a channel, and the gradient before gain and shift are applied, `dAffine`. */
const derivative = (activation: Activation): string => `
    let normalized = (x[i] - mean) * inverse;
    ${
      activation === 'silu'
        ? `let affine = normalized * gain[channel] + shift[channel];
    let gate = sigmoid(affine);
    let dAffine = gradient[i] * gate * (1.0 + affine * (1.0 - gate));`
        : 'let dAffine = gradient[i];'
    }`;

/** What each chunk adds to the gradients of gain and shift. */
const channelGradProgram = (activation: Activation): Program => ({
  key: `groupNormGrad channels ${activation}`,
  buffers: {
    gradient: reads(),
    x: reads(),
    statistics: reads(),
    ...(activation === 'silu' ? { gain: reads(), shift: reads() } : {}),
    gainShares: writes(),
    shiftShares: writes(),
  },
  parameters: GROUP_PARAMETERS,
  workgroupSize: ROW_LANES,
  code: `${SIGMOID}${WORKGROUP_SUM}
fn main(lane: u32, group: u32) {
  ${LOCATE}
  ${COMBINE}
  for (var own = 0u; own < p.groupWidth; own++) {
    let channel = channelGroup * p.groupWidth + own;
    var gainShare = 0.0;
    var shiftShare = 0.0;
    for (var pixel = lane; pixel < size / p.groupWidth; pixel += ${ROW_LANES}u) {
      let i = start + pixel * p.channels + own;
      ${derivative(activation)}
      gainShare += dAffine * normalized;
      shiftShare += dAffine;
    }
    gainShare = total(gainShare, lane);
    shiftShare = total(shiftShare, lane);
    if (lane == 0u) {
      let place = (batch * p.chunks + chunk) * p.channels + channel;
      gainShares[place] = gainShare;
      shiftShares[place] = shiftShare;
    }
  }
}`,
});

/** dx from the means over a group of dNormalized = dAffine gain, and of its product with the normalised values. */
const inputGradProgram = (activation: Activation): Program => ({
  key: `groupNormGrad input ${activation}`,
  buffers: {
    gradient: reads(),
    x: reads(),
    statistics: reads(),
    gain: reads(),
    ...(activation === 'silu' ? { shift: reads() } : {}),
    gainShares: reads(),
    shiftShares: reads(),
    dx: writes(),
  },
  parameters: GROUP_PARAMETERS,
  workgroupSize: ROW_LANES,
  code: `${SIGMOID}${WORKGROUP_SUM}
fn main(lane: u32, group: u32) {
  ${LOCATE}
  ${COMBINE}
  var plain = 0.0;
  var along = 0.0;
  for (var share = lane; share < p.chunks * p.groupWidth; share += ${ROW_LANES}u) {
    let channel = channelGroup * p.groupWidth + share % p.groupWidth;
    let place = (batch * p.chunks + share / p.groupWidth) * p.channels + channel;
    plain += shiftShares[place] * gain[channel];
    along += gainShares[place] * gain[channel];
  }
  let meanPlain = total(plain, lane) / count;
  let meanAlong = total(along, lane) / count;
  ${overChunk(`
    let channel = channelGroup * p.groupWidth + j % p.groupWidth;
    ${derivative(activation)}
    dx[i] = (dAffine * gain[channel] - meanPlain - normalized * meanAlong) * inverse;`)}
}`,
});

const programsOf = (activation: Activation): Record<'apply' | 'channelGrad' | 'inputGrad', Program> => ({
  apply: applyProgram(activation),
  channelGrad: channelGradProgram(activation),
  inputGrad: inputGradProgram(activation),
});
const programs = { silu: programsOf('silu'), none: programsOf('none') };

/** Group normalisation with its activation in two dispatches, its gradient in five and a few small ones. */
export function registerGroupNorm(): void {
  registerFused<GroupNormOptions>(kernelNames.groupNorm, (backend, { x, gain, shift }, options) => {
    const { statistics, groups, parameters } = groupStatistics(backend, x!, options);
    const y = backend.allocate(x!.shape);
    const tensors = { x: x!, statistics, gain: gain!, shift: shift!, y };
    backend.run(programs[options.activation].apply, { tensors, parameters, groups });
    backend.disposeData(statistics.dataId);
    return y;
  });

  registerFused<GroupNormOptions>(kernelNames.groupNormGrad, (backend, inputs, options) => {
    const { gradient, x, gain, shift } = inputs;
    const { statistics, chunks, groups, parameters } = groupStatistics(backend, x!, options);
    const [batch, , , channels] = x!.shape as [number, number, number, number];
    const gainShares = backend.allocate([batch * chunks, channels]);
    const shiftShares = backend.allocate([batch * chunks, channels]);
    const dx = backend.allocate(x!.shape);
    const tensors = {
      gradient: gradient!,
      x: x!,
      statistics,
      gain: gain!,
      shift: shift!,
      gainShares,
      shiftShares,
      dx,
    };
    const { channelGrad, inputGrad } = programs[options.activation];
    backend.run(channelGrad, { tensors, parameters, groups });
    backend.run(inputGrad, { tensors, parameters, groups });
    const [dGain, dShift] = [gainShares, shiftShares].map((shares) =>
      columnSums(backend, shares, batch * chunks, channels),
    ) as [TensorInfo, TensorInfo];
    [statistics, gainShares, shiftShares].forEach(({ dataId }) => backend.disposeData(dataId));
    return [dx, dGain, dShift];
  });
}
