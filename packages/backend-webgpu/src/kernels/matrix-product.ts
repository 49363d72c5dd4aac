import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedBackend } from '../fused-backend';
import type { Program } from '../program';
import { reads, writes } from '../program';
import type { ProductSizes, TileProduct } from './tile-product';
import { tileProduct } from './tile-product';

/** Up to this many rows a product is a few products of matrix and vector, which the memory limits. */
const MAX_VECTOR_ROWS = 8;
/** Lanes that share the sum of one column of such a product, and columns of a workgroup. */
const SUM_LANES = 16;
const VECTOR_COLUMNS = 4;

interface Transposes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * C = op(A) op(B) + bias, row-major float32.
 *
 * @param sizes rows and columns of C, and the shared side.
 * @param operands c is written; bias has one value for each column.
 */
export function multiply(
  backend: FusedBackend,
  sizes: ProductSizes,
  operands: {
    readonly a: TensorInfo;
    readonly b: TensorInfo;
    readonly c: TensorInfo;
    readonly bias?: TensorInfo;
  },
  { transposeA = false, transposeB = false }: Transposes = {},
): void {
  const { a, b, c, bias } = operands;
  const tensors = { a, b, c, ...(bias === undefined ? {} : { bias }) };
  const hasBias = bias !== undefined;
  if (sizes.m <= MAX_VECTOR_ROWS && !transposeA && transposeB) {
    const program = vectorProgram(sizes.m, hasBias);
    backend.run(program, { tensors, parameters: { ...sizes }, groups: Math.ceil(sizes.n / VECTOR_COLUMNS) });
  } else {
    const { program, ...plan } = tileProduct(matrices(transposeA, transposeB, hasBias), sizes);
    backend.run(program, { tensors, ...plan });
  }
}

function matrices(transposeA: boolean, transposeB: boolean, hasBias: boolean): TileProduct {
  return {
    key: `of matrices ${transposeA} ${transposeB}`,
    inputs: ['a', 'b'],
    valueOfA: transposeA ? 'return a[inner * p.m + row];' : 'return a[row * p.k + inner];',
    valueOfB: transposeB ? 'return b[column * p.k + inner];' : 'return b[inner * p.n + column];',
    depthFirst: { a: !transposeA, b: transposeB },
    hasBias,
  };
}

/** Few rows of A against the rows of B: a few lanes share each sum, so that B is read side by side. */
function vectorProgram(rows: number, hasBias: boolean): Program {
  const lanes = SUM_LANES * VECTOR_COLUMNS;
  return {
    key: `multiply vectors ${rows} ${hasBias}`,
    buffers: { a: reads(), b: reads(), c: writes(), ...(hasBias ? { bias: reads() } : {}) },
    parameters: { m: 'u32', n: 'u32', k: 'u32' },
    workgroupSize: lanes,
    code: `
var<workgroup> sums: array<f32, ${lanes * rows}>;

fn main(lane: u32, group: u32) {
  let part = lane % ${SUM_LANES}u;
  let column = group * ${VECTOR_COLUMNS}u + lane / ${SUM_LANES}u;
  var own: array<f32, ${rows}>;
  if (column < p.n) {
    for (var inner = part; inner < p.k; inner += ${SUM_LANES}u) {
      let fromB = b[column * p.k + inner];
      for (var row = 0u; row < ${rows}u; row++) {
        own[row] = fma(a[row * p.k + inner], fromB, own[row]);
      }
    }
  }
  for (var row = 0u; row < ${rows}u; row++) {
    sums[row * ${lanes}u + lane] = own[row];
  }
  workgroupBarrier();
  for (var row = part; row < ${rows}u && column < p.n; row += ${SUM_LANES}u) {
    var sum = ${hasBias ? 'bias[column]' : '0.0'};
    for (var i = 0u; i < ${SUM_LANES}u; i++) {
      sum += sums[row * ${lanes}u + lane - part + i];
    }
    c[row * p.n + column] = sum;
  }
}`,
  };
}
