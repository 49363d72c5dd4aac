import { join } from 'node:path';
import { DataError } from '@restok/core';
import type { NpyArray } from '@restok/data';
import { writeNpz } from '@restok/data';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { readStoredStatistics } from './stored-statistics';

const path = join(temporaryFolder(), 'reference.npz');
const mu: NpyArray = { shape: [2], values: Float64Array.of(0.5, -1) };
const sigma: NpyArray = { shape: [2, 2], values: Float64Array.of(2, 0.5, 0.5, 1) };
const one: NpyArray = { shape: [1], values: Float32Array.of(3) };
const square: NpyArray = { shape: [1, 1], values: Float32Array.of(4) };
const whole = { mu, sigma, mu_s: one, sigma_s: square };

describe('readStoredStatistics', () => {
  it('reads means and covariances in single and double precision', async () => {
    await writeNpz(path, { arr_0: { shape: [1], values: Uint8Array.of(1) }, ...whole });
    expect(await readStoredStatistics(path)).toEqual({
      pooled: { mean: mu.values, covariance: sigma.values },
      spatial: { mean: one.values, covariance: square.values },
    });
  });

  it('finds nothing in a file of pictures', async () => {
    await writeNpz(path, { arr_0: { shape: [1], values: Uint8Array.of(1) } });
    expect(await readStoredStatistics(path)).toBeUndefined();
  });

  it.each<[string, Record<string, NpyArray>]>([
    ['lacks some of them', { mu, sigma }],
    ['holds a covariance of another size', { ...whole, sigma: square }],
    ['holds whole numbers', { ...whole, mu_s: { shape: [1], values: Int32Array.of(3) } }],
    ['holds what is no number', { ...whole, mu: { shape: [2], values: Float64Array.of(NaN, 0) } }],
  ])('refuses a file that %s', async (_what, arrays) => {
    await writeNpz(path, arrays);
    await expect(readStoredStatistics(path)).rejects.toThrow(DataError);
    await expect(readStoredStatistics(path)).rejects.toThrow(/must hold finite mu(_s)? \[dim\] and sigma/);
  });
});
