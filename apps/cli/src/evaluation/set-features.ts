import { DataError } from '@restok/core';
import type { NpyArray } from '@restok/data';
import type { FeatureSums } from '@restok/metrics';
import { FeatureStatistics, merge } from '@restok/metrics';
import type { Block } from '../shards/blocks';
import { picturesOf } from '../shards/blocks';

/** Features of a set of pictures, or of a shard of it. */
export interface SetFeatures {
  readonly pooled: FeatureStatistics;
  readonly spatial: FeatureStatistics;
  /** `[count, 2048]`. */
  readonly rows: Float32Array;
  /** `[count, 1008]`. */
  readonly probabilities: Float32Array;
}

/** Features with the blocks of pictures that they are of. */
export interface FeaturePart {
  readonly blocks: readonly Block[];
  readonly features: SetFeatures;
}

/** Names of the arrays of a set: `samples_rows` and the others. */
export function featureNames(set: string): string[] {
  return ['rows', 'probabilities', 'pooled_sums', 'pooled_products', 'spatial_sums', 'spatial_products'].map(
    (name) => `${set}_${name}`,
  );
}

/** Features as arrays of a file; the sums of statistics are exact, so that those of shards can be added. */
export function featureArrays(
  set: string,
  { pooled, spatial, rows, probabilities }: SetFeatures,
): Record<string, NpyArray> {
  const { count } = pooled;
  return {
    [`${set}_rows`]: { shape: [count, rows.length / count], values: rows },
    [`${set}_probabilities`]: { shape: [count, probabilities.length / count], values: probabilities },
    ...sumArrays(`${set}_pooled`, pooled.sums),
    ...sumArrays(`${set}_spatial`, spatial.sums),
  };
}

/** Digits of the sums, digit by digit. */
function sumArrays(name: string, { dim, features, products }: FeatureSums): Record<string, NpyArray> {
  const pairs = (dim * (dim + 1)) / 2;
  return {
    [`${name}_sums`]: { shape: [features.length / dim, dim], values: features },
    [`${name}_products`]: { shape: [products.length / pairs, pairs], values: products },
  };
}

/**
 * Reads what {@link featureArrays} has written.
 *
 * @throws DataError when an array is of another type.
 */
export function featuresFrom(set: string, arrays: Readonly<Record<string, NpyArray>>): SetFeatures {
  const rows = valuesOf(arrays, `${set}_rows`, Float32Array);
  const count = arrays[`${set}_rows`]!.shape[0]!;
  const statistics = (name: string): FeatureStatistics =>
    new FeatureStatistics({
      dim: arrays[`${set}_${name}_sums`]?.shape[1] ?? 0,
      count,
      features: valuesOf(arrays, `${set}_${name}_sums`, Float64Array),
      products: valuesOf(arrays, `${set}_${name}_products`, Float64Array),
    });
  return {
    rows,
    probabilities: valuesOf(arrays, `${set}_probabilities`, Float32Array),
    pooled: statistics('pooled'),
    spatial: statistics('spatial'),
  };
}

function valuesOf<Values>(
  arrays: Readonly<Record<string, NpyArray>>,
  name: string,
  Type: new () => Values,
): Values {
  const values: unknown = arrays[name]?.values;
  if (!(values instanceof Type)) {
    throw new DataError(
      `featuresFrom: ${name} must be ${Type.name}, got ${arrays[name] === undefined ? 'nothing' : 'another type'}. Make the shard again with this version of restok.`,
      { name },
    );
  }
  return values;
}

/** Joins shards of a set, one after the other: sums are added without rounding, rows come into their order. */
export class FeatureJoiner {
  private pooled: FeatureStatistics | undefined;
  private spatial: FeatureStatistics | undefined;
  private rows = new Float32Array(0);
  private probabilities = new Float32Array(0);

  /** @param count pictures of the whole set. */
  constructor(private readonly count: number) {}

  add({ blocks, features }: FeaturePart): void {
    const { pooled, spatial, rows, probabilities } = features;
    if (this.pooled === undefined || this.spatial === undefined) {
      this.rows = new Float32Array((rows.length / pooled.count) * this.count);
      this.probabilities = new Float32Array((probabilities.length / pooled.count) * this.count);
      [this.pooled, this.spatial] = [pooled, spatial];
    } else {
      this.pooled = merge(this.pooled, pooled);
      this.spatial = merge(this.spatial, spatial);
    }
    placeRows(this.rows, rows, blocks);
    placeRows(this.probabilities, probabilities, blocks);
  }

  /** @throws DataError when pictures are missing. */
  features(): SetFeatures {
    const { pooled, spatial, rows, probabilities } = this;
    if (pooled === undefined || spatial === undefined || pooled.count !== this.count) {
      throw new DataError(
        `FeatureJoiner: shards must have ${this.count} pictures together, got ${pooled?.count ?? 0}. Make them again with this version of restok.`,
      );
    }
    return { pooled, spatial, rows, probabilities };
  }
}

/** A typed array whose rows can be moved. */
interface RowValues<Values> {
  readonly length: number;
  subarray(start: number, end: number): Values;
  set(values: Values, offset: number): void;
}

/**
 * Puts the rows of blocks where their pictures are.
 *
 * @param all `[pictures, width]`, written to.
 * @param values `[pictures of the blocks, width]`.
 */
export function placeRows<Values extends RowValues<Values>>(
  all: Values,
  values: Values,
  blocks: readonly Block[],
): void {
  const pictures = picturesOf(blocks);
  const width = values.length / pictures.length;
  pictures.forEach((picture, row) => {
    all.set(values.subarray(row * width, (row + 1) * width), picture * width);
  });
}
