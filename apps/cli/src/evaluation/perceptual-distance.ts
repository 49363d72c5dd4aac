import type { Tensor4D } from '@tensorflow/tfjs-core';
import { div, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Lpips } from '@restok/training';
import { openLpips } from '@restok/training';
import { fileDigest } from '../file-digest';

/** A network with what reports say of it. */
export interface ReportedLpips {
  readonly network: Lpips;
  readonly settings: Readonly<Record<'lpips weights' | 'lpips sha256', string>>;
}

/**
 * Opens LPIPS from safetensors files, VGG16 and its linear weights together or apart; to be disposed of by the caller.
 *
 * @param shown what reports call a path.
 * @throws CheckpointError in one line when a file cannot be read or lacks a tensor.
 */
export async function loadLpips(
  paths: readonly string[],
  shown: (path: string) => string,
): Promise<ReportedLpips> {
  const network = await openLpips(paths);
  try {
    const digests = await Promise.all(paths.map(fileDigest));
    return {
      network,
      settings: { 'lpips weights': paths.map(shown).join(', '), 'lpips sha256': digests.join(', ') },
    };
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** LPIPS between pictures and several versions of them, in which features of the pictures serve again. */
export class LpipsReference {
  private readonly features: Tensor4D[];

  /** @param pictures bytes `[size, size, 3]` of each, which are compared without jitter. */
  constructor(
    private readonly network: Lpips,
    pictures: readonly Uint8Array[],
    private readonly size: number,
  ) {
    this.features = this.featuresOf(pictures);
  }

  /** @returns the distance of each picture's other version. */
  async distances(versions: readonly Uint8Array[]): Promise<ArrayLike<number>> {
    const distances = tidy(() => this.network.distances(this.features, this.featuresOf(versions)));
    try {
      return await distances.data();
    } finally {
      distances.dispose();
    }
  }

  dispose(): void {
    this.features.forEach((map) => map.dispose());
  }

  /** Unit features of bytes, owned by the caller. */
  private featuresOf(pictures: readonly Uint8Array[]): Tensor4D[] {
    const bytes = new Float32Array(pictures.length * this.size ** 2 * 3);
    pictures.forEach((picture, i) => bytes.set(picture, i * picture.length));
    return tidy(() => {
      const pixels = tensor4d(bytes, [pictures.length, this.size, this.size, 3]);
      return this.network.features(div(pixels, 255) as Tensor4D);
    });
  }
}
