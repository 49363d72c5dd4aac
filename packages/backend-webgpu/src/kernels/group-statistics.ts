import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GroupNormOptions } from '@restok/ops';
import type { FusedBackend } from '../fused-backend';
import type { Program } from '../program';
import { reads, writes } from '../program';
import { ROW_LANES, WORKGROUP_SUM } from './workgroup-sum';

/** Pixels of which one workgroup makes the statistics of a group; more become several workgroups. */
const PIXELS_PER_GROUP = 512;

export const GROUP_PARAMETERS = {
  pixels: 'u32',
  channels: 'u32',
  groupWidth: 'u32',
  chunks: 'u32',
  epsilon: 'f32',
} as const;

/** A workgroup has a chunk of the pixels of one group of channels of one sample. */
export const LOCATE = `
  let chunk = group % p.chunks;
  let numGroups = p.channels / p.groupWidth;
  let channelGroup = (group / p.chunks) % numGroups;
  let batch = group / (p.chunks * numGroups);
  let firstPixel = chunk * ${PIXELS_PER_GROUP}u;
  let size = min(${PIXELS_PER_GROUP}u, p.pixels - firstPixel) * p.groupWidth;
  let start = (batch * p.pixels + firstPixel) * p.channels + channelGroup * p.groupWidth;`;

/** Loops over the values of a workgroup, lane by lane: value j is value i of x. */
export const overChunk = (body: string): string => `
  for (var j = lane; j < size; j += ${ROW_LANES}u) {
    let i = start + (j / p.groupWidth) * p.channels + j % p.groupWidth;
    ${body}
  }`;

/** Mean, and sum of squared distances from it, of each chunk. */
const statisticsProgram: Program = {
  key: 'groupNorm statistics',
  buffers: { x: reads(), statistics: writes() },
  parameters: GROUP_PARAMETERS,
  workgroupSize: ROW_LANES,
  code: `${WORKGROUP_SUM}
fn main(lane: u32, group: u32) {
  ${LOCATE}
  var sum = 0.0;
  ${overChunk('sum += x[i];')}
  let mean = total(sum, lane) / f32(size);
  var squares = 0.0;
  ${overChunk('squares += (x[i] - mean) * (x[i] - mean);')}
  let spread = total(squares, lane);
  if (lane == 0u) {
    statistics[2u * group] = mean;
    statistics[2u * group + 1u] = spread;
  }
}`,
};

/** Puts the statistics of all chunks together (Chan et al., 1979): `mean` and `inverse` deviation of the group. */
export const COMBINE = `
  var count = 0.0;
  var mean = 0.0;
  var spread = 0.0;
  for (var other = 0u; other < p.chunks; other++) {
    let place = 2u * (group - chunk + other);
    let added = f32(min(${PIXELS_PER_GROUP}u, p.pixels - other * ${PIXELS_PER_GROUP}u) * p.groupWidth);
    let difference = statistics[place] - mean;
    let together = count + added;
    mean += difference * added / together;
    spread += statistics[place + 1u] + difference * difference * count * added / together;
    count = together;
  }
  let inverse = inverseSqrt(spread / count + p.epsilon);
`;

/** How a group normalisation is split, with the statistics of its chunks, which are the caller's. */
export interface GroupStatistics {
  readonly statistics: TensorInfo;
  readonly chunks: number;
  readonly groups: number;
  readonly parameters: Readonly<Record<string, number>>;
}

export function groupStatistics(
  backend: FusedBackend,
  x: TensorInfo,
  options: GroupNormOptions,
): GroupStatistics {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const pixels = height * width;
  const chunks = Math.ceil(pixels / PIXELS_PER_GROUP);
  const groups = batch * options.groups * chunks;
  const groupWidth = channels / options.groups;
  const parameters = { pixels, channels, groupWidth, chunks, epsilon: options.epsilon };
  const statistics = backend.allocate([groups, 2]);
  backend.run(statisticsProgram, { tensors: { x, statistics }, parameters, groups });
  return { statistics, chunks, groups, parameters };
}
