import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedBackend } from '../fused-backend';
import type { Program } from '../program';
import { reads, writes } from '../program';

const LANES = 64;
/** Rows that one workgroup adds up; more become partial sums, which are added up in turn. */
const ROWS_PER_GROUP = 128;

const program: Program = {
  key: 'columnSums',
  buffers: { x: reads(), sums: writes() },
  parameters: { rows: 'u32', width: 'u32', blocks: 'u32', first: 'u32', stride: 'u32' },
  workgroupSize: LANES,
  code: `
fn main(lane: u32, group: u32) {
  let chunk = group / p.blocks;
  let column = (group % p.blocks) * ${LANES}u + lane;
  if (column < p.width) {
    var sum = 0.0;
    let end = min((chunk + 1u) * ${ROWS_PER_GROUP}u, p.rows);
    for (var row = chunk * ${ROWS_PER_GROUP}u; row < end; row++) {
      sum += x[row * p.stride + p.first + column];
    }
    sums[chunk * p.width + column] = sum;
  }
}`,
};

/** Columns of a wider matrix. */
interface Columns {
  readonly first: number;
  /** Values from one row to the next. */
  readonly stride: number;
}

/** Sums of a matrix, or of some neighbouring columns of one, over its rows: `[width]`. */
export function columnSums(
  backend: FusedBackend,
  x: TensorInfo,
  rows: number,
  width: number,
  columns: Columns = { first: 0, stride: width },
): TensorInfo {
  const chunks = Math.max(1, Math.ceil(rows / ROWS_PER_GROUP));
  const blocks = Math.ceil(width / LANES);
  const sums = backend.allocate(chunks === 1 ? [width] : [chunks, width]);
  backend.run(program, {
    tensors: { x, sums },
    parameters: { rows, width, blocks, ...columns },
    groups: chunks * blocks,
  });
  if (chunks === 1) {
    return sums;
  }
  const total = columnSums(backend, sums, chunks, width);
  backend.disposeData(sums.dataId);
  return total;
}
