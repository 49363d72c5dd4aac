import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { argMax, equal, reshape, tidy } from '@tensorflow/tfjs-core';
import { crossEntropy } from '@restok/ops';

/**
 * Cross entropy of the right index of every latent, in nats. Training minimises their mean.
 *
 * @param logits `[B, L, V]`.
 * @param indices `[B, L]` int32.
 * @returns `[B, L]`, owned by the caller.
 * @source method.md, section 9.
 */
export function generatorLosses(logits: Tensor3D, indices: Tensor2D): Tensor2D {
  return tidy(() => reshape(crossEntropy(rowsOf(logits), flat(indices)), indices.shape));
}

/**
 * Whether the most likely index of each latent is the right one. It has no gradient.
 *
 * @returns `[B, L]` of 0 and 1, owned by the caller.
 */
export function generatorHits(logits: Tensor3D, indices: Tensor2D): Tensor2D {
  return tidy(() => reshape(equal(argMax(rowsOf(logits), 1), flat(indices)), indices.shape));
}

function rowsOf(logits: Tensor3D): Tensor2D {
  const [batch, latents, vocabulary] = logits.shape;
  return reshape(logits, [batch * latents, vocabulary]);
}

function flat(indices: Tensor2D): Tensor1D {
  return reshape(indices, [indices.size]);
}

/**
 * Means over the latents of each level.
 *
 * @param values `[B, L]` row-major.
 * @param levelSizes latents per level, coarsest first.
 */
export function levelMeans(values: ArrayLike<number>, levelSizes: readonly number[]): number[] {
  const numLatents = levelSizes.reduce((sum, size) => sum + size, 0);
  const batch = values.length / numLatents;
  let first = 0;
  return levelSizes.map((size) => {
    let sum = 0;
    for (let sample = 0; sample < batch; sample++) {
      for (let latent = first; latent < first + size; latent++) {
        sum += values[sample * numLatents + latent]!;
      }
    }
    first += size;
    return sum / (batch * size);
  });
}
