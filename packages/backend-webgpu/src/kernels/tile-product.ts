import type { BufferDeclaration, ParameterType, Program } from '../program';
import { reads, writes } from '../program';

/** Rows and columns of the product that a workgroup of 16 x 16 lanes makes, 4 x 4 each. */
export const TILE = 64;
/** Part of the shared side that is in workgroup memory at a time. */
const DEPTH = 16;

/** Where a product's operands come from. */
export interface TileProduct {
  readonly key: string;
  readonly inputs: readonly string[];
  readonly parameters?: Readonly<Record<string, ParameterType>>;
  /** WGSL statements that return the value of A at u32 `row` and `inner`, both in range. */
  readonly valueOfA: string;
  /** The same for B at `inner` and `column`. */
  readonly valueOfB: string;
  /** Whether neighbours along the shared side are neighbours in memory, as opposed to rows of A, columns of B. */
  readonly depthFirst: { readonly a: boolean; readonly b: boolean };
  /** Whether a buffer `bias` has a value for each column. */
  readonly hasBias?: boolean;
}

/**
 * C = A B for operands that are given by formulas: matrices, transposed ones, pictures read as matrices of windows.
 *
 * Tiles of both go through workgroup memory; lanes keep their part of C in registers. Numbers `m`, `n` and `k` are
 * rows, columns and the shared side; `blocks` is tiles in a row. Only the part of the shared side of `chunkDepth`
 * after another is added up, and C is `[chunks, m, n]`: see {@link tileGroups}.
 */
export function tileProduct(product: TileProduct): Program {
  const { inputs, parameters, valueOfA, valueOfB, depthFirst, hasBias = false } = product;
  const names = [...inputs, ...(hasBias ? ['bias'] : [])];
  const buffers: [string, BufferDeclaration][] = names.map((name) => [name, reads()]);
  return {
    key: `product ${product.key} ${hasBias}`,
    buffers: { ...Object.fromEntries(buffers), c: writes() },
    parameters: { ...parameters, m: 'u32', n: 'u32', k: 'u32', blocks: 'u32', chunkDepth: 'u32' },
    workgroupSize: 256,
    code: `
var<workgroup> tileA: array<array<vec4<f32>, 16>, ${DEPTH}>;
var<workgroup> tileB: array<array<vec4<f32>, 16>, ${DEPTH}>;

fn valueOfA(row: u32, inner: u32) -> f32 {
  if (row >= p.m || inner >= p.k) { return 0.0; }
  ${valueOfA}
}
fn valueOfB(inner: u32, column: u32) -> f32 {
  if (column >= p.n || inner >= p.k) { return 0.0; }
  ${valueOfB}
}

fn main(lane: u32, group: u32) {
  let rowBlocks = (p.m + ${TILE - 1}u) / ${TILE}u;
  let chunk = group / (rowBlocks * p.blocks);
  let firstRow = ((group / p.blocks) % rowBlocks) * ${TILE}u;
  let firstColumn = (group % p.blocks) * ${TILE}u;
  let x = lane % 16u;
  let y = lane / 16u;
  // Neighbouring lanes load neighbouring values.
  let depthA = ${depthFirst.a ? 'x' : 'y'};
  let row = firstRow + 4u * ${depthFirst.a ? 'y' : 'x'};
  let depthB = ${depthFirst.b ? 'x' : 'y'};
  let column = firstColumn + 4u * ${depthFirst.b ? 'y' : 'x'};
  var c0 = vec4<f32>();
  var c1 = vec4<f32>();
  var c2 = vec4<f32>();
  var c3 = vec4<f32>();
  let end = min((chunk + 1u) * p.chunkDepth, p.k);
  for (var start = chunk * p.chunkDepth; start < end; start += ${DEPTH}u) {
    let innerA = start + depthA;
    tileA[depthA][(row - firstRow) / 4u] = vec4<f32>(
      valueOfA(row, innerA), valueOfA(row + 1u, innerA), valueOfA(row + 2u, innerA), valueOfA(row + 3u, innerA));
    let innerB = start + depthB;
    tileB[depthB][(column - firstColumn) / 4u] = vec4<f32>(
      valueOfB(innerB, column), valueOfB(innerB, column + 1u),
      valueOfB(innerB, column + 2u), valueOfB(innerB, column + 3u));
    workgroupBarrier();
    for (var inner = 0u; inner < ${DEPTH}u; inner++) {
      let fromA = tileA[inner][y];
      let fromB = tileB[inner][x];
      c0 = fma(vec4<f32>(fromA.x), fromB, c0);
      c1 = fma(vec4<f32>(fromA.y), fromB, c1);
      c2 = fma(vec4<f32>(fromA.z), fromB, c2);
      c3 = fma(vec4<f32>(fromA.w), fromB, c3);
    }
    workgroupBarrier();
  }
  let place = chunk * p.m * p.n;
  store(place, firstRow + 4u * y, firstColumn + 4u * x, c0);
  store(place, firstRow + 4u * y + 1u, firstColumn + 4u * x, c1);
  store(place, firstRow + 4u * y + 2u, firstColumn + 4u * x, c2);
  store(place, firstRow + 4u * y + 3u, firstColumn + 4u * x, c3);
}

fn store(place: u32, row: u32, column: u32, values: vec4<f32>) {
  if (row < p.m) {
    for (var i = 0u; i < 4u; i++) {
      if (column + i < p.n) {
        c[place + row * p.n + column + i] = values[i]${hasBias ? ' + bias[column + i]' : ''};
      }
    }
  }
}`,
  };
}

/** Sizes of a product. */
export interface ProductSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** How a product is split: workgroups, and the parameters that {@link tileProduct} adds. */
export function tileGroups(
  { m, n, k }: ProductSizes,
  chunks = 1,
): { groups: number; parameters: Readonly<Record<string, number>> } {
  const blocks = Math.ceil(n / TILE);
  const chunkDepth = Math.ceil(Math.ceil(k / chunks) / DEPTH) * DEPTH;
  return {
    groups: Math.ceil(m / TILE) * blocks * chunks,
    parameters: { m, n, k, blocks, chunkDepth },
  };
}
