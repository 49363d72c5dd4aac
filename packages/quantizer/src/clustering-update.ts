import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  add,
  argMin,
  exp,
  gather,
  mul,
  reshape,
  sub,
  tensor1d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { squaredDistances } from '@restok/ops';
import type { VectorQuantizer } from './vector-quantizer';

/** How slowly the running usage follows a batch's. */
const USAGE_DECAY = 0.99;
const USAGE_SCALE = 10;
const USAGE_OFFSET = 1e-3;

/**
 * Moves rarely used codebook rows to the encoder outputs nearest to them, so that no row dies.
 *
 * Row v becomes (1 - α) e + α z with α = exp(-(usage · V · 10) / (1 - 0.99) - 1e-3).
 *
 * @param quantizer its codebook is replaced.
 * @param latents `[B, L, Dc]` of this training step.
 * @param indices `[B, L]` chosen in this step, before the update.
 * @param usage `[V]` running usage, zeros at the start; consumed, use the returned one.
 * @returns the new running usage, owned by the caller.
 * @throws ShapeError when usage does not have V values.
 * @source Zheng and Vedaldi, arXiv 2307.15139; method.md, section 5.
 * @asIs The target is the un-normalised latent even where distances compare normalised ones.
 */
export function clusteringUpdate(
  quantizer: VectorQuantizer,
  latents: Tensor3D,
  indices: Tensor2D,
  usage: Tensor1D,
): Tensor1D {
  const { codebookSize, codeWidth } = quantizer.options;
  if (usage.size !== codebookSize) {
    throw new ShapeError(
      `clusteringUpdate: usage must hold ${codebookSize} values, got ${usage.size}. Start from zeros([${codebookSize}]).`,
    );
  }
  const { codebook, nextUsage } = tidy(() => {
    const share = tensor1d(usageShares(indices, codebookSize));
    const followed = add(mul(usage, USAGE_DECAY), mul(share, 1 - USAGE_DECAY)) as Tensor1D;
    const exponent = sub(mul(followed, (-codebookSize * USAGE_SCALE) / (1 - USAGE_DECAY)), USAGE_OFFSET);
    const mixing = reshape(exp(exponent), [codebookSize, 1]);

    const flat = reshape(latents, [-1, codeWidth]) as Tensor2D;
    const distances = squaredDistances(quantizer.comparable(flat), quantizer.comparable(quantizer.codebook));
    const nearestLatent = argMin(transpose(distances), 1) as Tensor1D; // [V]
    const target = gather(flat, nearestLatent);
    const moved = add(mul(quantizer.codebook, sub(1, mixing)), mul(target, mixing)) as Tensor2D;
    return { codebook: moved, nextUsage: followed };
  });
  quantizer.replaceCodebook(codebook);
  usage.dispose();
  return nextUsage;
}

/** Share of the batch's latents that chose each row. */
function usageShares(indices: Tensor2D, codebookSize: number): Float32Array {
  const shares = new Float32Array(codebookSize);
  const values = indices.dataSync();
  for (const index of values) {
    shares[index]! += 1 / values.length;
  }
  return shares;
}
