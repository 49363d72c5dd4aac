import type { Tensor3D } from '@tensorflow/tfjs-core';
import { add, expandDims, tidy, zeros } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { LatentInitializationInput } from './index';

/**
 * A learned table, the same for every picture.
 *
 * @returns `[B, L, D]`, owned by the caller.
 * @throws ConfigError when the model has no such table.
 * @source method.md, section 4.2 (`learnable_latent_tokens: true`); the published code crashes here, so this
 *   follows its evident intent: the table is copied for each picture.
 */
export function learned({ imageTokens, latentTokens }: LatentInitializationInput): Tensor3D {
  if (latentTokens === undefined) {
    throw new ConfigError(
      'learned: the model has no latent_tokens. Set learnable_latent_tokens to true when building it.',
    );
  }
  const [batch] = imageTokens.shape;
  return tidy(() => add(expandDims(latentTokens, 0), zeros([batch, ...latentTokens.shape])) as Tensor3D);
}
