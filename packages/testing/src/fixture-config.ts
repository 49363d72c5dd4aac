import type { TokenizerConfigInput } from '@restok/core';
import type { FixtureConfig } from './fixture';

/**
 * A fixture's config in our extended form: the tiny ViT sizes and pixel CNN that its `reference` names take
 * the place of the published ones.
 */
export function tokenizerConfigOf(config: FixtureConfig): TokenizerConfigInput {
  const { overrides } = config.reference;
  const model = config.model?.vq_model ?? {};
  const size = (name: unknown): unknown => overrides?.vit_model_sizes?.[String(name)] ?? name;
  return {
    dataset: config.dataset,
    model: {
      vq_model: {
        ...model,
        vit_enc_model_size: size(model.vit_enc_model_size),
        vit_dec_model_size: size(model.vit_dec_model_size),
        ...(overrides?.pixel_cnn === undefined ? {} : { pixel_cnn: overrides.pixel_cnn }),
      },
    },
  } as TokenizerConfigInput;
}
