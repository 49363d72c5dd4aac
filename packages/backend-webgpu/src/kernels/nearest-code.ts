import { kernelNames } from '@restok/ops';
import { registerFused } from '../fused-kernel';
import type { Program } from '../program';
import { reads, writes } from '../program';

const LANES = 64;

/**
 * The row of the codebook nearest to a latent, a workgroup for each. A lane keeps the first of its best rows, and of
 * lanes that are equally near the one with the lower row wins. Differences are squared, not norms and products
 * subtracted, so that nothing cancels.
 */
const program: Program = {
  key: 'nearestCode',
  buffers: { latents: reads(), codebook: reads(), indices: writes('i32') },
  parameters: { codes: 'u32', width: 'u32' },
  workgroupSize: LANES,
  code: `
var<workgroup> distances: array<f32, ${LANES}>;
var<workgroup> rows: array<u32, ${LANES}>;

fn main(lane: u32, group: u32) {
  var best = 3.4e38;
  var row = 0u;
  for (var code = lane; code < p.codes; code += ${LANES}u) {
    var distance = 0.0;
    for (var i = 0u; i < p.width; i++) {
      let difference = latents[group * p.width + i] - codebook[code * p.width + i];
      distance = fma(difference, difference, distance);
    }
    if (distance < best) {
      best = distance;
      row = code;
    }
  }
  distances[lane] = best;
  rows[lane] = row;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) {
      let other = lane + half;
      let isNearer = distances[other] < distances[lane];
      let isLower = distances[other] == distances[lane] && rows[other] < rows[lane];
      if (isNearer || isLower) {
        distances[lane] = distances[other];
        rows[lane] = rows[other];
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    indices[group] = i32(rows[0]);
  }
}`,
};

/** Codebook lookup without a matrix of distances. */
export function registerNearestCode(): void {
  registerFused(kernelNames.nearestCode, (backend, { latents, codebook }) => {
    const [count, width] = latents!.shape as [number, number];
    const indices = backend.allocate([count], 'int32');
    backend.run(program, {
      tensors: { latents: latents!, codebook: codebook!, indices },
      parameters: { codes: codebook!.shape[0]!, width },
      groups: count,
    });
    return indices;
  });
}
