import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { DataError } from '@restok/core';
import type { TokenGrid } from '@restok/core';
import { decodeNpy, encodeNpy, writeAtomically } from '@restok/data';
import type { FeatureProvider, PictureBatch, PictureFeatures } from './feature-provider';

/**
 * Features that were computed before, one file for each picture: `<index>.npy`, float32 `[1 + P, F]`, the class
 * feature first, then the patches of a square grid row by row.
 */
export class StoredFeatures implements FeatureProvider {
  private constructor(
    private readonly folder: string,
    private readonly numRows: number,
    readonly width: number,
  ) {}

  /** @throws DataError when the folder holds no features. */
  static async open(folder: string): Promise<StoredFeatures> {
    const names = await readdir(folder).catch((): string[] => []);
    const first = names.find((name) => /^\d+\.npy$/.test(name));
    if (first === undefined) {
      throw new DataError(
        `StoredFeatures: ${folder} must hold features as <index>.npy, got none. Correct losses.vf_features.`,
      );
    }
    const { shape } = await readFeatures(join(folder, first));
    return new StoredFeatures(folder, shape[0], shape[1]);
  }

  gridOf(): TokenGrid {
    const side = Math.sqrt(this.numRows - 1);
    return { rows: side, columns: side };
  }

  /** @throws DataError when a picture has no features, or those of another shape. */
  async features({ pictures }: Pick<PictureBatch, 'pictures'>): Promise<PictureFeatures> {
    const { numRows, width } = this;
    const classes = new Float32Array(pictures.length * width);
    const patches = new Float32Array(pictures.length * (numRows - 1) * width);
    for (const [i, picture] of pictures.entries()) {
      const { shape, values } = await readFeatures(this.pathOf(picture));
      if (shape[0] !== numRows || shape[1] !== width) {
        throw new DataError(
          `StoredFeatures: ${this.pathOf(picture)} must be [${numRows}, ${width}], got [${shape.join(', ')}]. Compute all features with one model.`,
        );
      }
      classes.set(values.subarray(0, width), i * width);
      patches.set(values.subarray(width), i * (numRows - 1) * width);
    }
    return {
      classFeature: tensor2d(classes, [pictures.length, width]),
      patchFeatures: tensor3d(patches, [pictures.length, numRows - 1, width]),
    };
  }

  dispose(): void {
    // Nothing is held between batches.
  }

  private pathOf(picture: number): string {
    return join(this.folder, `${picture}.npy`);
  }
}

/**
 * Stores the features of one picture for {@link StoredFeatures}.
 *
 * @param features class feature and patches, `[1 + P, F]` row-major.
 */
export async function writeStoredFeatures(
  folder: string,
  picture: number,
  features: { readonly values: Float32Array; readonly width: number },
): Promise<void> {
  const { values, width } = features;
  const bytes = encodeNpy({ shape: [values.length / width, width], values });
  await writeAtomically(join(folder, `${picture}.npy`), (path) => writeFile(path, bytes));
}

async function readFeatures(path: string): Promise<{ shape: [number, number]; values: Float32Array }> {
  const file = await readFile(path).catch(() => undefined);
  if (file === undefined) {
    throw new DataError(`StoredFeatures: ${path} cannot be read. Compute the features of every picture.`);
  }
  const { shape, values } = decodeNpy(file, path);
  const [rows, width] = shape;
  if (shape.length !== 2 || !(values instanceof Float32Array) || !Number.isInteger(Math.sqrt(rows! - 1))) {
    throw new DataError(
      `StoredFeatures: ${path} must hold float32 [1 + side * side, F], got [${shape.join(', ')}]. Store class feature and patches.`,
    );
  }
  return { shape: [rows!, width!], values };
}
