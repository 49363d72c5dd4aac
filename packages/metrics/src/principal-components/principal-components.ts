import { matMul, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { jacobiEigen } from './jacobi-eigen';
import { orthonormalRows } from './orthonormal-rows';

/** Pictures in one matrix product: 25 MB of 64 x 64 ones. */
const BLOCK = 512;

/** Extra directions, dropped at the end, that make the wanted ones converge. */
const OVERSAMPLING = 16;

/** Pictures of one size. */
export interface ComparedPictures {
  readonly count: number;
  /** Samples of one picture, 0 to 255; asked for in their order, once a pass. */
  bytes(index: number): Uint8Array | Promise<Uint8Array>;
}

export interface ComponentOptions {
  /** Components that are kept, where the set allows so many. */
  readonly count: number;
  /** Times that the directions are multiplied by the covariance. */
  readonly passes: number;
  readonly seed: number;
  /** Called before each pass and after the last. */
  readonly onPass?: (pass: number) => void;
}

/** The mean picture and the directions in which pictures differ most. */
export interface PrincipalComponents {
  /** Components: as many as were asked for, or what the set allows. */
  readonly count: number;
  /** `[pixels]`, 0 to 1. */
  readonly mean: Float32Array;
  /** `[count, pixels]`, unit rows. */
  readonly components: Float32Array;
  /** `[count]`: along each of them, largest first. */
  readonly variances: Float64Array;
}

/**
 * Principal components of the pixels of a set, by randomized subspace iteration: from random directions Q on,
 * each pass replaces Q by an orthonormal basis of C Q, the covariance C never being formed. At the end the
 * covariance inside the subspace is diagonalised. Computes on the current backend.
 *
 * @source N. Halko, P. Martinsson, J. Tropp, "Finding structure with randomness", 2011, algorithm 4.4.
 */
export async function principalComponents(
  pictures: ComparedPictures,
  { count: wanted, passes, seed, onPass }: ComponentOptions,
): Promise<PrincipalComponents> {
  const width = (await pictures.bytes(0)).length;
  const rows = Math.min(wanted + OVERSAMPLING, width, pictures.count);
  const mean = await meanPicture(pictures);
  const random = new Random(seed);
  let basis: Float32Array = Float32Array.from({ length: rows * width }, () => random.normal());
  for (let pass = 0; pass < passes; pass++) {
    onPass?.(pass);
    basis = orthonormalRows(await timesCovariance(pictures, mean, basis), rows);
  }
  onPass?.(passes);
  const coordinates = await project(pictures, mean, basis);
  const { values, vectors } = jacobiEigen(innerCovariance(coordinates, rows), rows);
  const count = Math.min(wanted, rows);
  const turn = Float32Array.from(vectors.subarray(0, count * rows));
  const components = product(() => matMul(matrix(turn, rows), matrix(basis, width)));
  return { count, mean, components, variances: values.slice(0, count) };
}

/**
 * Coordinates of pictures along components, about the mean.
 *
 * @returns `[pictures, components]`.
 */
export async function project(
  pictures: ComparedPictures,
  mean: Float32Array,
  components: Float32Array,
): Promise<Float32Array> {
  const count = components.length / mean.length;
  const coordinates = new Float32Array(pictures.count * count);
  for (let start = 0; start < pictures.count; start += BLOCK) {
    const block = await centredBlock(pictures, mean, start);
    const some = product(() =>
      matMul(matrix(block, mean.length), matrix(components, mean.length), false, true),
    );
    coordinates.set(some, start * count);
  }
  return coordinates;
}

/** Pictures start ... start + 511 in 0 ... 1 without the mean: `[n, pixels]`. */
async function centredBlock(
  pictures: ComparedPictures,
  mean: Float32Array,
  start: number,
): Promise<Float32Array> {
  const size = Math.min(BLOCK, pictures.count - start);
  const block = new Float32Array(size * mean.length);
  for (let i = 0; i < size; i++) {
    const bytes = await pictures.bytes(start + i);
    for (let j = 0; j < mean.length; j++) {
      block[i * mean.length + j] = bytes[j]! / 255 - mean[j]!;
    }
  }
  return block;
}

async function meanPicture(pictures: ComparedPictures): Promise<Float32Array> {
  const sum = new Float64Array((await pictures.bytes(0)).length);
  for (let i = 0; i < pictures.count; i++) {
    const bytes = await pictures.bytes(i);
    for (let j = 0; j < sum.length; j++) {
      sum[j]! += bytes[j]!;
    }
  }
  return Float32Array.from(sum, (value) => value / (255 * pictures.count));
}

/** The rows of `basis` times the (unnormalised) covariance. */
async function timesCovariance(
  pictures: ComparedPictures,
  mean: Float32Array,
  basis: Float32Array,
): Promise<Float64Array> {
  const width = mean.length;
  const sum = new Float64Array(basis.length);
  for (let start = 0; start < pictures.count; start += BLOCK) {
    const block = await centredBlock(pictures, mean, start);
    const part = product(() => {
      const x = matrix(block, width);
      const coordinates = matMul(x, matrix(basis, width), false, true); // [n, rows]
      return matMul(coordinates, x, true, false); // [rows, pixels]
    });
    for (let i = 0; i < part.length; i++) {
      sum[i]! += part[i]!;
    }
  }
  return sum;
}

/** Covariance of coordinates `[n, rows]`. */
function innerCovariance(coordinates: Float32Array, rows: number): Float64Array {
  const count = coordinates.length / rows;
  const covariance = new Float64Array(rows * rows);
  for (let sample = 0; sample < count; sample++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        covariance[i * rows + j]! +=
          (coordinates[sample * rows + i]! * coordinates[sample * rows + j]!) / count;
      }
    }
  }
  return covariance;
}

function matrix(values: Float32Array, columns: number): Tensor2D {
  return tensor2d(values, [values.length / columns, columns]);
}

/** Values of a matrix; not returned from `tidy`, which would look for tensors in every element. */
function product(compute: () => Tensor2D): Float32Array {
  const result = tidy(compute);
  const values = Float32Array.from(result.dataSync<'float32'>());
  result.dispose();
  return values;
}
