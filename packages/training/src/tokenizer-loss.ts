import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { abs, add, mean, mul, square, sub, tidy } from '@tensorflow/tfjs-core';
import type { TokenizerPass } from '@restok/tokenizer';

/** Distance of a reconstruction to its picture, averaged over all values. */
export type ReconstructionLoss = (reconstruction: Tensor4D, pixels: Tensor4D) => Scalar;

/** Reconstruction losses by the name that configs use. */
export const reconstructionLosses = {
  l1: (reconstruction, pixels) => mean(abs(sub(reconstruction, pixels))),
  l2: (reconstruction, pixels) => mean(square(sub(reconstruction, pixels))),
} satisfies Record<string, ReconstructionLoss>;

export type ReconstructionLossName = keyof typeof reconstructionLosses;

export interface TokenizerLossOptions {
  readonly reconstructionLoss: ReconstructionLossName;
  readonly reconstructionLossWeight: number;
  readonly quantizerLossWeight: number;
}

/**
 * Reconstruction + quantiser loss.
 *
 * @returns the total and the unweighted reconstruction term, owned by the caller.
 * @source method.md, section 8.
 */
export function tokenizerLoss(
  pass: TokenizerPass,
  pixels: Tensor4D,
  options: TokenizerLossOptions,
): { total: Scalar; reconstructionLoss: Scalar } {
  return tidy(() => {
    const reconstructionLoss = reconstructionLosses[options.reconstructionLoss](pass.reconstruction, pixels);
    const total = add(
      mul(reconstructionLoss, options.reconstructionLossWeight),
      mul(pass.quantizerLoss, options.quantizerLossWeight),
    ) as Scalar;
    return { total, reconstructionLoss };
  });
}
