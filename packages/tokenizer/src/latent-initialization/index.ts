import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { LevelSchedule, TokenGrid, VqModelConfig } from '@restok/core';
import { flatPooling } from './flat-pooling';
import { learned } from './learned';
import { levelPooling, residualLevelPooling } from './level-pooling';

/** What a latent initialisation may use. */
export interface LatentInitializationInput {
  /** `[B, P, D]` image tokens on the full grid. */
  readonly imageTokens: Tensor3D;
  readonly grid: TokenGrid;
  readonly schedule: LevelSchedule;
  /** `[L, D]` learned latents, where the model has them. */
  readonly latentTokens?: Tensor2D;
}

/** Makes the latents that enter the encoder: `[B, L, D]`, owned by the caller. */
export type LatentInitialization = (input: LatentInitializationInput) => Tensor3D;

/** Ways to start the latents; published models use `residualLevelPooling`. */
export const latentInitializations = {
  residualLevelPooling,
  levelPooling,
  flatPooling,
  learned,
} satisfies Record<string, LatentInitialization>;

export type LatentInitializationName = keyof typeof latentInitializations;

/** The initialisation that a published config's flags name. */
export function latentInitializationOf(model: VqModelConfig): LatentInitializationName {
  if (model.learnable_latent_tokens) {
    return 'learned';
  }
  if (!model.latent_hierarchy) {
    return 'flatPooling';
  }
  return model.residual_latent_tokens ? 'residualLevelPooling' : 'levelPooling';
}
