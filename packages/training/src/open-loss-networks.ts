import { ConfigError, Random } from '@restok/core';
import { DinoDiscriminator } from './discriminators/dino-discriminator';
import type { Discriminator } from './discriminators/discriminator';
import { PatchGan } from './discriminators/patch-gan';
import type { FeatureProvider } from './feature-providers/feature-provider';
import type { FoundationModelName } from './feature-providers/foundation-models';
import { foundationModels } from './feature-providers/foundation-models';
import { StoredFeatures } from './feature-providers/stored-features';
import { VitFeatures } from './feature-providers/vit-features';
import type { LossNetworks } from './losses/tokenizer-objective';
import { hasAlignment, hasDiscriminator } from './losses-section';
import { openLpips } from './perceptual/open-lpips';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';
import { PretrainedVit } from './vision-transformer/pretrained-vit';
import { vitKinds } from './vision-transformer/vit-kinds';
import { openWeightFiles } from './weight-files';

/**
 * Opens the networks that the losses of a config look through, from the files that it names. A discriminator is
 * drawn from the seed.
 *
 * @returns owned by the caller; free them with {@link disposeLossNetworks}.
 * @throws CheckpointError or DataError in one line when a file cannot be read, ConfigError when features do not lie on
 *   the tokenizer's grid.
 */
export async function openLossNetworks(config: TokenizerTrainingConfig): Promise<LossNetworks> {
  const { losses } = config;
  const opened: { -readonly [Key in keyof LossNetworks]: LossNetworks[Key] } = {};
  try {
    if (losses.perceptual_weight > 0) {
      opened.perceptual = await openLpips([losses.perceptual_weights!].flat());
    }
    if (hasDiscriminator(config)) {
      opened.discriminator = await openDiscriminator(config);
    }
    if (hasAlignment(config, config.tokenizer)) {
      opened.features = await openFeatures(config);
    }
  } catch (error) {
    disposeLossNetworks(opened);
    throw error;
  }
  return opened;
}

/** Frees loss networks. */
export function disposeLossNetworks({ perceptual, discriminator, features }: LossNetworks): void {
  perceptual?.dispose();
  discriminator?.dispose();
  features?.dispose();
}

async function openDiscriminator({ losses, training }: TokenizerTrainingConfig): Promise<Discriminator> {
  const discriminator = losses.dino_disc
    ? new DinoDiscriminator(await openDino(losses.dino_weights!))
    : new PatchGan(losses.discriminator_channels);
  discriminator.initialize(new Random(training.seed).fork('discriminator').nextUint32());
  return discriminator;
}

async function openDino(path: string): Promise<PretrainedVit> {
  const weights = await openWeightFiles([path]);
  try {
    return await PretrainedVit.fromWeights(weights, vitKinds.dino);
  } finally {
    await weights.close();
  }
}

async function openFeatures({ losses, tokenizer }: TokenizerTrainingConfig): Promise<FeatureProvider> {
  const model = tokenizer.model.vq_model;
  const provider =
    losses.vf_features === undefined
      ? await VitFeatures.open(losses.vf_weights!, foundationModels[model.use_vf as FoundationModelName])
      : await StoredFeatures.open(losses.vf_features);
  const { crop_size: cropSize } = tokenizer.dataset.preprocessing;
  const side = cropSize / model.vit_dec_patch_size;
  const { rows, columns } = provider.gridOf(cropSize);
  if (model.decoder_feature_supervision && (rows !== side || columns !== side)) {
    provider.dispose();
    throw new ConfigError(
      `openLossNetworks: model.vq_model.use_vf must give ${side} x ${side} features of pictures of ${cropSize} pixels, got ${rows} x ${columns}. Use another model or crop_size.`,
    );
  }
  return provider;
}
