import type { ReconstructionLossName } from '../tokenizer-loss';
import type { TokenizerTrainingConfig } from '../tokenizer-training-config';
import type { ObjectiveOptions } from './tokenizer-objective';

/** The weights of the terms in a config. */
export function objectiveOptions({ losses }: TokenizerTrainingConfig): ObjectiveOptions {
  return {
    reconstructionLoss: losses.reconstruction_loss as ReconstructionLossName,
    reconstructionLossWeight: losses.reconstruction_weight,
    quantizerLossWeight: losses.quantizer_weight,
    perceptualLossWeight: losses.perceptual_weight,
    adversarialLossWeight: losses.discriminator_weight * losses.discriminator_factor,
    alignmentLossWeight: losses.vf_weight,
    cosineMargin: losses.cos_margin,
  };
}
