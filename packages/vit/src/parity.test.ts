import { expectClose } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import type { GridCase, HarCase } from '../test/rope-and-masks';
import { caseOf, harBlocks, positionsOf, stored, storedNames } from '../test/rope-and-masks';
import { diagonalPositions, rotationAngles, visibleKeysOfBlocks } from './index';

/** Both sides compute in double precision and round once, so they differ by at most one float32 step below 1. */
const ONE_ROUNDING = 6e-8;

/**
 * The generator's table has its frequencies in single precision: up to 6e-8 of an angle of up to 135, and the
 * angle itself rounds by as much.
 */
const SINGLE_PRECISION_ANGLES = 2e-5;

/** A mask as the fixture codes it: 1 where a query sees a key. */
const maskOf = (visibleKeys: readonly number[], numKeys: number): number[] =>
  visibleKeys.flatMap((visible) => Array.from({ length: numKeys }, (_, key) => (key < visible ? 1 : 0)));

describe('fixture rope-and-masks', () => {
  it('holds nothing that is compared neither here nor in rotation-parity.test.ts', () => {
    const compared =
      /^((multi2d|hybrid2d)\.[a-e]|freqs1d\.[0-2]|mask\.[0-4]|har\..*_mask|apply_rope\.[qk](_out)?|apply_rotary_emb\.(x|out))$/;
    expect(storedNames(/./).filter((name) => !compared.test(name))).toEqual([]);
    expect(storedNames(/./)).toHaveLength(31);
  });

  it.each(storedNames(/^(multi2d|hybrid2d)\./))('has the table %s', (name) => {
    const settings = caseOf<GridCase>(name);
    const { cos, sin } = rotationAngles(positionsOf(settings), settings.hd, settings.base);
    // Each pair is stored as the matrix [[cos, -sin], [sin, cos]].
    const matrices = [...cos].flatMap((cosine, pair) => [cosine, -sin[pair]!, sin[pair]!, cosine]);
    expectClose(matrices, stored(name).values, ONE_ROUNDING);
  });

  it.each(storedNames(/^freqs1d\./))('has the one-dimensional table %s in its row half', (name) => {
    const settings = caseOf<{ seq_len: number; n_elem: number; base: number }>(name);
    // Half of a head turns by the row, so a head twice as wide has the whole table there.
    const positions = diagonalPositions(settings.seq_len, 0);
    const { cos, sin } = rotationAngles(positions, 2 * settings.n_elem, settings.base);
    const isRow = (pair: number): boolean => pair % settings.n_elem < settings.n_elem / 2;
    const rowHalf = [...cos].flatMap((cosine, pair) => (isRow(pair) ? [cosine, sin[pair]!] : []));
    expectClose(rowHalf, stored(name).values, SINGLE_PRECISION_ANGLES);
  });

  it.each(storedNames(/^mask\.[0124]$/))('has the mask %s', (name) => {
    const visible = visibleKeysOfBlocks(caseOf<{ block_sizes: number[] }>(name).block_sizes);
    expect(maskOf(visible, visible.length)).toEqual([...stored(name).values]);
  });

  it('has mask.3, of fewer queries than keys, as rows of the square one', () => {
    // Each block has its number of queries and of keys.
    const { block_sizes: blocks } = caseOf<{ block_sizes: [number, number][] }>('mask.3');
    const visible = visibleKeysOfBlocks(blocks.map(([, keys]) => keys));
    const ofQueries = blocks.flatMap(([queries], block) => {
      const before = blocks.slice(0, block).reduce((total, [, keys]) => total + keys, 0);
      return new Array<number>(queries).fill(visible[before]!);
    });
    expect(maskOf(ofQueries, visible.length)).toEqual([...stored('mask.3').values]);
  });

  it.each(storedNames(/^har\..*group_mask$/))("has the generator's mask %s", (name) => {
    const visible = visibleKeysOfBlocks(harBlocks(caseOf<HarCase>(name)));
    expect(maskOf(visible, visible.length)).toEqual([...stored(name).values]);
  });

  it.each(storedNames(/^har\..*causal_mask$/))("has the generator's mask %s, one block longer", (name) => {
    const settings = caseOf<HarCase>(name);
    const unused = settings.max_seq_length - settings.block_size;
    const visible = visibleKeysOfBlocks([...harBlocks(settings), unused]);
    expect(maskOf(visible, visible.length)).toEqual([...stored(name).values]);
  });
});
