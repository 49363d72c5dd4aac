import type { TokenGrid } from '@restok/core';
import { openFixture } from '@restok/testing';
import type { FixtureTensor } from '@restok/testing';
import type { Position } from '../src/index';
import { decoderPositions, diagonalPositions, encoderPositions, gridPositions } from '../src/index';

const fixture = openFixture('rope-and-masks');
const io = fixture.tensors('io');
const cases = fixture.config['cases'] as readonly Readonly<Record<string, unknown>>[];

/** A tensor of the fixture. */
export const stored = (name: string): FixtureTensor => io.get(name)!;

/** Names of the fixture's tensors that match. */
export const storedNames = (pattern: RegExp): string[] => [...io.keys()].filter((name) => pattern.test(name));

/** Settings of a stored tensor: its own entry, or that of its family (`har.bs64.ar1.*`). */
export function caseOf<Settings>(name: string): Settings {
  const family = name.replace(/[^.]*$/, '*');
  return cases.find(({ tensor }) => tensor === name || tensor === family) as Settings;
}

/** Settings of a table of image grids and latents. */
export interface GridCase {
  /** Width of a head. */
  readonly hd: number;
  readonly base: number;
  /** Number of latents. */
  readonly text: number;
  /** Whether the latents come first. */
  readonly tf: boolean;
  /** Sides of several grids, or else `h` and `w` of one. */
  readonly hw?: readonly (readonly [number, number])[];
  readonly h?: number;
  readonly w?: number;
}

/**
 * The positions that a stored table was made for. Two of the arrangements are no model's, so they are put together
 * from parts: latents before several grids, and latents after a table of one grid, which the published code starts
 * at the length of its longer side. The encoder's own table, of one grid or several, counts tokens.
 */
export function positionsOf({ text, tf, hw, h, w }: GridCase): Position[] {
  if (hw === undefined) {
    const grid = { rows: h!, columns: w! };
    return tf
      ? decoderPositions(text, grid)
      : [...gridPositions(grid, 0), ...diagonalPositions(text, Math.max(h!, w!))];
  }
  const grids: TokenGrid[] = hw.map(([rows, columns]) => ({ rows, columns }));
  if (!tf) {
    return encoderPositions(grids, text);
  }
  const positions = diagonalPositions(text, 0);
  for (const grid of grids) {
    positions.push(...gridPositions(grid, positions.length));
  }
  return positions;
}

/** Settings of the generator's masks. */
export interface HarCase {
  readonly block_size: number;
  readonly ar_token_num: number;
  readonly max_seq_length: number;
  readonly nested_dropout_blocks: readonly number[];
}

/** The generator's levels, of which those that make up its first indices fall apart into blocks of one. */
export function harBlocks({ ar_token_num: numSingle, nested_dropout_blocks: levels }: HarCase): number[] {
  const sizes: number[] = [];
  let start = 0;
  for (const size of levels) {
    sizes.push(...(start + size <= numSingle ? new Array<number>(size).fill(1) : [size]));
    start += size;
  }
  return sizes;
}
