import type { BufferDeclaration, ParameterType, Program } from '../program';
import { reads, writes } from '../program';

/** Lanes of a workgroup; each makes 4 x 4 values of the product. */
const LANES = 256;

/** What a workgroup makes, and the part of the shared side that is in workgroup memory at a time. */
interface TileShape {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

const SHAPES: readonly TileShape[] = [
  { rows: 64, columns: 64, depth: 16 },
  { rows: 128, columns: 32, depth: 16 },
  { rows: 32, columns: 128, depth: 16 },
  { rows: 256, columns: 16, depth: 8 },
  { rows: 16, columns: 256, depth: 8 },
];

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

/** Sizes of a product: rows, columns and the shared side. */
export interface ProductSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** A program for a product, how many workgroups it takes, and the parameters beside those of the operands. */
export interface PlannedProduct {
  readonly program: Program;
  readonly groups: number;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * C = A B for operands that are given by formulas: matrices, transposed ones, pictures read as matrices of windows.
 *
 * Tiles of both go through workgroup memory; lanes keep their part of C in registers. The formulas may use `p.m`,
 * `p.n` and `p.k`.
 *
 * @param chunks parts of the shared side that are added up apart; C is then `[chunks, m, n]`.
 */
export function tileProduct(product: TileProduct, { m, n, k }: ProductSizes, chunks = 1): PlannedProduct {
  const shape = tileShape(m, n);
  const blocks = Math.ceil(n / shape.columns);
  const chunkDepth = Math.ceil(Math.ceil(k / chunks) / shape.depth) * shape.depth;
  return {
    program: tileProgram(product, shape),
    groups: Math.ceil(m / shape.rows) * blocks * chunks,
    parameters: { m, n, k, blocks, chunkDepth },
  };
}

/** Multiplications that take as long as loading one value of a tile, roughly. */
const LOAD_COST = 32;

/** The shape that takes the least work: few columns want a narrow one, and a square one loads least. */
function tileShape(m: number, n: number): TileShape {
  const work = ({ rows, columns }: TileShape): number =>
    Math.ceil(m / rows) * Math.ceil(n / columns) * (rows * columns + LOAD_COST * (rows + columns));
  return SHAPES.reduce((best, shape) => (work(shape) < work(best) ? shape : best));
}

function tileProgram(product: TileProduct, { rows, columns, depth }: TileShape): Program {
  const { inputs, parameters, valueOfA, valueOfB, depthFirst, hasBias = false } = product;
  const names = [...inputs, ...(hasBias ? ['bias'] : [])];
  const buffers: [string, BufferDeclaration][] = names.map((name) => [name, reads()]);
  const lanesAcross = columns / 4;
  return {
    key: `product ${product.key} ${hasBias} ${rows} ${columns}`,
    buffers: { ...Object.fromEntries(buffers), c: writes() },
    // `blocks` is tiles in a row; only the `chunkDepth` of the shared side that belong to a chunk are added up.
    parameters: { ...parameters, m: 'u32', n: 'u32', k: 'u32', blocks: 'u32', chunkDepth: 'u32' },
    workgroupSize: LANES,
    code: `
var<workgroup> tileA: array<array<vec4<f32>, ${rows / 4}>, ${depth}>;
var<workgroup> tileB: array<array<vec4<f32>, ${columns / 4}>, ${depth}>;

fn valueOfA(row: u32, inner: u32) -> f32 {
  if (row >= p.m || inner >= p.k) { return 0.0; }
  ${valueOfA}
}
fn valueOfB(inner: u32, column: u32) -> f32 {
  if (column >= p.n || inner >= p.k) { return 0.0; }
  ${valueOfB}
}

fn main(lane: u32, group: u32) {
  let rowBlocks = (p.m + ${rows - 1}u) / ${rows}u;
  let chunk = group / (rowBlocks * p.blocks);
  let firstRow = ((group / p.blocks) % rowBlocks) * ${rows}u;
  let firstColumn = (group % p.blocks) * ${columns}u;
  let x = lane % ${lanesAcross}u;
  let y = lane / ${lanesAcross}u;
  var c0 = vec4<f32>();
  var c1 = vec4<f32>();
  var c2 = vec4<f32>();
  var c3 = vec4<f32>();
  let end = min((chunk + 1u) * p.chunkDepth, p.k);
  for (var start = chunk * p.chunkDepth; start < end; start += ${depth}u) {
    // Neighbouring lanes load neighbouring values.
    ${loop((rows / 4) * depth)} {
      ${place(depthFirst.a, rows / 4, depth)}
      let row = firstRow + 4u * quad;
      let inner = start + deep;
      tileA[deep][quad] = vec4<f32>(
        valueOfA(row, inner), valueOfA(row + 1u, inner), valueOfA(row + 2u, inner), valueOfA(row + 3u, inner));
    }
    ${loop((columns / 4) * depth)} {
      ${place(depthFirst.b, columns / 4, depth)}
      let column = firstColumn + 4u * quad;
      let inner = start + deep;
      tileB[deep][quad] = vec4<f32>(
        valueOfB(inner, column), valueOfB(inner, column + 1u),
        valueOfB(inner, column + 2u), valueOfB(inner, column + 3u));
    }
    workgroupBarrier();
    for (var inner = 0u; inner < ${depth}u; inner++) {
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

/** Runs over the vectors of a tile, of which each lane loads its share. */
function loop(vectors: number): string {
  return `for (var part = lane; part < ${vectors}u; part += ${LANES}u)`;
}

/** Where in its tile a vector lies. */
function place(depthFirst: boolean, quads: number, depth: number): string {
  return depthFirst
    ? `let deep = part % ${depth}u; let quad = part / ${depth}u;`
    : `let quad = part % ${quads}u; let deep = part / ${quads}u;`;
}
