import { DataError } from '@restok/core';
import type { NpyArray } from '@restok/data';
import { readNpzSome } from '@restok/data';
import type { NormalStatistics } from '@restok/metrics';

/** Statistics of Inception features that a reference file brings along. */
export interface StoredStatistics {
  readonly pooled: NormalStatistics;
  readonly spatial: NormalStatistics;
}

/** Arrays of a file that holds them. */
export const STORED_NAMES = ['mu', 'sigma', 'mu_s', 'sigma_s'] as const;

/**
 * Reads `mu`, `sigma`, `mu_s` and `sigma_s` of a .npz, as the references of the ADM evaluation suite hold them.
 *
 * @returns undefined when the file holds none of them.
 * @throws DataError when it holds some of them only, or they are no means and covariances.
 */
export async function readStoredStatistics(path: string): Promise<StoredStatistics | undefined> {
  const arrays = await readNpzSome(path, STORED_NAMES);
  return Object.keys(arrays).length === 0 ? undefined : storedStatistics(path, arrays);
}

/**
 * Statistics of arrays of those names.
 *
 * @param path what errors call their file.
 * @throws DataError when some are missing, or they are no means and covariances.
 */
export function storedStatistics(
  path: string,
  { mu, sigma, mu_s: spatialMu, sigma_s: spatialSigma }: Readonly<Record<string, NpyArray | undefined>>,
): StoredStatistics {
  return {
    pooled: statistics(path, 'mu', mu, sigma),
    spatial: statistics(path, 'mu_s', spatialMu, spatialSigma),
  };
}

/** Statistics as arrays of a file, in double precision. */
export function storedArrays({ pooled, spatial }: StoredStatistics): Record<string, NpyArray> {
  const arrays = (suffix: string, { mean, covariance }: NormalStatistics): Record<string, NpyArray> => ({
    [`mu${suffix}`]: { shape: [mean.length], values: Float64Array.from(mean) },
    [`sigma${suffix}`]: { shape: [mean.length, mean.length], values: Float64Array.from(covariance) },
  });
  return { ...arrays('', pooled), ...arrays('_s', spatial) };
}

function statistics(path: string, name: string, mu?: NpyArray, sigma?: NpyArray): NormalStatistics {
  const dim = mu?.shape[0] ?? 0;
  const mean = numbers(mu, [dim]);
  const covariance = numbers(sigma, [dim, dim]);
  if (mean === undefined || covariance === undefined || dim === 0) {
    const [muShape, sigmaShape] = [mu, sigma].map((array) => `[${array?.shape.join(', ') ?? 'nothing'}]`);
    throw new DataError(
      `readStoredStatistics: ${path} must hold finite ${name} [dim] and ${name.replace('mu', 'sigma')} [dim, dim] as floats, got ${muShape} and ${sigmaShape}. Take a reference of the ADM evaluation suite, or one of pictures alone.`,
    );
  }
  return { mean, covariance };
}

/** Finite values of a float array of a shape. */
function numbers(
  array: NpyArray | undefined,
  shape: readonly number[],
): Float32Array | Float64Array | undefined {
  const values = array?.values;
  const isFloat = values instanceof Float64Array || values instanceof Float32Array;
  return isFloat && array?.shape.join() === shape.join() && values.every(Number.isFinite)
    ? values
    : undefined;
}
