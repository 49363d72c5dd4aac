import type { Tensor2D } from '@tensorflow/tfjs-core';
import { keep, tensor2d } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import type { RotationTable } from '@restok/ops';

/** Where a token stands on the two rotary axes. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

/** Positions of a grid in row-major order, both axes shifted by `offset`. */
export function gridPositions(grid: TokenGrid, offset: number): Position[] {
  return Array.from({ length: grid.rows * grid.columns }, (_, i) => ({
    row: Math.floor(i / grid.columns) + offset,
    column: (i % grid.columns) + offset,
  }));
}

/** Positions (o, o), (o+1, o+1), ... of tokens that have no place in the picture. */
export function diagonalPositions(count: number, offset: number): Position[] {
  return Array.from({ length: count }, (_, i) => ({ row: offset + i, column: offset + i }));
}

/**
 * Positions of the encoder's sequence: image grids in order, then latents.
 *
 * @param grids coarsest first, as in the sequence.
 * @source method.md, section 3.
 * @asIs Each grid is shifted by the number of tokens before it; one would expect the length of its side.
 */
export function encoderPositions(grids: readonly TokenGrid[], numLatents: number): Position[] {
  const positions: Position[] = [];
  for (const grid of grids) {
    positions.push(...gridPositions(grid, positions.length));
  }
  return [...positions, ...diagonalPositions(numLatents, positions.length)];
}

/** Positions of the decoder's sequence: latents, then the image grid shifted by their number. */
export function decoderPositions(numLatents: number, grid: TokenGrid): Position[] {
  return [...diagonalPositions(numLatents, 0), ...gridPositions(grid, numLatents)];
}

/** Cosines and sines as plain numbers, `[T, Dh/2]` row-major. */
export interface RotationAngles {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * Angles of the 2D rotary embedding: the first half of the channel pairs turns by the row, the second by
 * the column, pair i of an axis by position · base^(-2i / (Dh/2)).
 *
 * @param headWidth Dh, a multiple of 4.
 * @param base 10000 in published models.
 * @source Su et al., arXiv 2104.09864; method.md, section 3. Computed in double precision, then rounded.
 */
export function rotationAngles(
  positions: readonly Position[],
  headWidth: number,
  base: number,
): RotationAngles {
  const axisWidth = headWidth / 2;
  const pairsPerAxis = axisWidth / 2;
  const numPairs = 2 * pairsPerAxis;
  const cos = new Float32Array(positions.length * numPairs);
  const sin = new Float32Array(positions.length * numPairs);
  positions.forEach(({ row, column }, token) => {
    for (let pair = 0; pair < numPairs; pair++) {
      const position = pair < pairsPerAxis ? row : column;
      const frequency = base ** ((-2 * (pair % pairsPerAxis)) / axisWidth);
      cos[token * numPairs + pair] = Math.cos(position * frequency);
      sin[token * numPairs + pair] = Math.sin(position * frequency);
    }
  });
  return { cos, sin };
}

/** The rotation table of a fixed sequence; its tensors are made by prepare() or on first use and live until dispose(). */
export class RotaryPositions {
  private tensors: RotationTable | undefined;

  constructor(
    private readonly positions: readonly Position[],
    private readonly headWidth: number,
    private readonly base: number,
  ) {}

  /** `[T, Dh/2]` cosines and sines, owned by this object. */
  get table(): RotationTable {
    this.tensors ??= this.made();
    return this.tensors;
  }

  /** Makes the tensors now, on the current backend, so that no first use does. */
  prepare(): void {
    this.tensors ??= this.made();
  }

  dispose(): void {
    this.tensors?.cos.dispose();
    this.tensors?.sin.dispose();
    this.tensors = undefined;
  }

  private made(): RotationTable {
    const { cos, sin } = rotationAngles(this.positions, this.headWidth, this.base);
    const shape: [number, number] = [this.positions.length, this.headWidth / 2];
    const make = (values: Float32Array): Tensor2D => keep(tensor2d(values, shape));
    return { cos: make(cos), sin: make(sin) };
  }
}
