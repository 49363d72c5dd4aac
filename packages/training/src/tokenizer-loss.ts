import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { add, mul, sign, square, sub, tidy } from '@tensorflow/tfjs-core';
import { stopGradient } from '@restok/ops';
import type { TokenizerPass } from '@restok/tokenizer';
import { stepwiseMean } from './stepwise-mean';

/** Distance of a reconstruction to its picture, averaged over all values. */
export type ReconstructionLoss = (reconstruction: Tensor4D, pixels: Tensor4D) => Scalar;

/** Reconstruction losses by the name that configs use. */
export const reconstructionLosses = {
  // The gradient of TensorFlow.js's abs is -1 at 0; here it is 0, as in PyTorch.
  l1: (reconstruction, pixels) => {
    const difference = sub(reconstruction, pixels);
    return stepwiseMean(mul(difference, stopGradient(sign(difference))));
  },
  l2: (reconstruction, pixels) => stepwiseMean(square(sub(reconstruction, pixels))),
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
