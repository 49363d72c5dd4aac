import type { HeadCounts, NormalizeAndRotateOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { registerFused, sizeOf } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';
import type { Elementwise } from './elementwise';
import { runElementwise } from './elementwise';
import { columnSums } from './column-sums';

const LANES = 64;

const rotateHeads: Elementwise = {
  key: 'rotateHeads',
  inputs: ['qkv', 'cos', 'sin'],
  outputs: ['y'],
  parameters: { positions: 'u32', width: 'u32', turning: 'u32', headWidth: 'u32', direction: 'f32' },
  body: `let channel = i % p.width;
      if (channel >= p.turning) {
        y[i] = qkv[i];
      } else {
        let position = (i / p.width) % p.positions;
        let angle = position * (p.headWidth / 2u) + (channel % p.headWidth) / 2u;
        let s = sin[angle] * p.direction;
        // (a, b) becomes (a cos - b sin, a sin + b cos).
        y[i] = qkv[i] * cos[angle] + select(-s, s, channel % 2u == 1u) * qkv[i ^ 1u];
      }`,
};

const NORM_PARAMETERS = {
  positions: 'u32',
  heads: 'u32',
  headWidth: 'u32',
  vectors: 'u32',
  epsilon: 'f32',
} as const;

/** A lane has one vector: a head's queries, keys or values of one position. */
const LOCATE = `
  let vector = group * ${LANES}u + lane;
  if (vector >= p.vectors) { return; }
  let start = vector * p.headWidth;
  let part = (vector / p.heads) % 3u;
  let angles = ((vector / (3u * p.heads)) % p.positions) * (p.headWidth / 2u);`;

const STATISTICS = `
  var sum = 0.0;
  for (var i = 0u; i < p.headWidth; i++) { sum += qkv[start + i]; }
  let mean = sum / f32(p.headWidth);
  var squares = 0.0;
  for (var i = 0u; i < p.headWidth; i++) {
    let centred = qkv[start + i] - mean;
    squares += centred * centred;
  }
  let inverse = inverseSqrt(squares / f32(p.headWidth) + p.epsilon);`;

const normalizeAndRotate: Program = {
  key: 'normalizeAndRotate',
  buffers: {
    qkv: reads(),
    queryGain: reads(),
    queryShift: reads(),
    keyGain: reads(),
    keyShift: reads(),
    cos: reads(),
    sin: reads(),
    y: writes(),
  },
  parameters: NORM_PARAMETERS,
  workgroupSize: LANES,
  code: `
fn main(lane: u32, group: u32) {
  ${LOCATE}
  if (part == 2u) {
    for (var i = 0u; i < p.headWidth; i++) { y[start + i] = qkv[start + i]; }
    return;
  }
  ${STATISTICS}
  for (var i = 0u; i < p.headWidth; i += 2u) {
    let gain = select(vec2<f32>(keyGain[i], keyGain[i + 1u]), vec2<f32>(queryGain[i], queryGain[i + 1u]), part == 0u);
    let shift = select(vec2<f32>(keyShift[i], keyShift[i + 1u]), vec2<f32>(queryShift[i], queryShift[i + 1u]), part == 0u);
    let pair = (vec2<f32>(qkv[start + i], qkv[start + i + 1u]) - mean) * inverse * gain + shift;
    let c = cos[angles + i / 2u];
    let s = sin[angles + i / 2u];
    y[start + i] = pair.x * c - pair.y * s;
    y[start + i + 1u] = pair.x * s + pair.y * c;
  }
}`,
};

/**
 * dQkv, and what each vector adds to the gradients of gains and shifts: `share` is [BT, H, 4, Dh] for query gain, query
 * shift, key gain and key shift. The gradient is turned back first.
 */
const normalizeAndRotateGrad: Program = {
  key: 'normalizeAndRotateGrad',
  buffers: {
    gradient: reads(),
    qkv: reads(),
    queryGain: reads(),
    keyGain: reads(),
    cos: reads(),
    sin: reads(),
    dQkv: writes(),
    share: writes(),
  },
  parameters: NORM_PARAMETERS,
  workgroupSize: LANES,
  code: `
fn turnedBack(start: u32, angles: u32, i: u32) -> f32 {
  let c = cos[angles + i / 2u];
  let s = sin[angles + i / 2u];
  return gradient[start + i] * c + select(s, -s, i % 2u == 1u) * gradient[start + (i ^ 1u)];
}
fn gainOf(part: u32, i: u32) -> f32 {
  return select(keyGain[i], queryGain[i], part == 0u);
}
fn main(lane: u32, group: u32) {
  ${LOCATE}
  if (part == 2u) {
    for (var i = 0u; i < p.headWidth; i++) { dQkv[start + i] = gradient[start + i]; }
    return;
  }
  ${STATISTICS}
  var plain = 0.0;
  var along = 0.0;
  let place = ((vector / (3u * p.heads) * p.heads + vector % p.heads) * 4u + 2u * part) * p.headWidth;
  for (var i = 0u; i < p.headWidth; i++) {
    let g = turnedBack(start, angles, i);
    let normalized = (qkv[start + i] - mean) * inverse;
    plain += g * gainOf(part, i);
    along += g * gainOf(part, i) * normalized;
    share[place + i] = g * normalized;
    share[place + p.headWidth + i] = g;
  }
  plain /= f32(p.headWidth);
  along /= f32(p.headWidth);
  for (var i = 0u; i < p.headWidth; i++) {
    let normalized = (qkv[start + i] - mean) * inverse;
    dQkv[start + i] = (turnedBack(start, angles, i) * gainOf(part, i) - plain - normalized * along) * inverse;
  }
}`,
};

/** Rotary positions, with the norms of queries and keys where there are any, and the gradients. */
export function registerRotation(): void {
  registerFused<HeadCounts & { inverse: boolean }>(
    kernelNames.rotateHeads,
    (backend, inputs, { numHeads, numKeyHeads, inverse }) => {
      const [, positions, width] = inputs.qkv!.shape as [number, number, number];
      const headWidth = width / (numHeads + 2 * numKeyHeads);
      const turning = (numHeads + numKeyHeads) * headWidth;
      const direction = inverse ? -1 : 1;
      const parameters = { positions, width, turning, headWidth, direction };
      return runElementwise(backend, rotateHeads, inputs, inputs.qkv!.shape, parameters);
    },
  );

  registerFused<NormalizeAndRotateOptions>(kernelNames.normalizeAndRotate, (backend, inputs, options) => {
    const { parameters, groups } = layoutOf(inputs.qkv!.shape, options);
    const y = backend.allocate(inputs.qkv!.shape);
    backend.run(normalizeAndRotate, { tensors: { ...inputs, y }, parameters, groups });
    return y;
  });

  registerFused<NormalizeAndRotateOptions>(kernelNames.normalizeAndRotateGrad, (backend, inputs, options) => {
    const { parameters, groups } = layoutOf(inputs.qkv!.shape, options);
    const { headWidth, vectors } = parameters;
    const dQkv = backend.allocate(inputs.qkv!.shape);
    const rows = vectors / 3;
    const share = backend.allocate([rows, 4, headWidth]);
    backend.run(normalizeAndRotateGrad, { tensors: { ...inputs, dQkv, share }, parameters, groups });
    const sums = [0, 1, 2, 3].map((part) =>
      columnSums(backend, share, rows, headWidth, { first: part * headWidth, stride: 4 * headWidth }),
    );
    backend.disposeData(share.dataId);
    return [dQkv, ...sums];
  });
}

function layoutOf(shape: readonly number[], { numHeads, epsilon }: NormalizeAndRotateOptions) {
  const [, positions, width] = shape as [number, number, number];
  const headWidth = width / (3 * numHeads);
  const vectors = sizeOf(shape) / headWidth;
  const parameters = { positions, heads: numHeads, headWidth, vectors, epsilon };
  return { parameters, groups: Math.ceil(vectors / LANES) };
}
