import { ConfigError } from '@restok/core';
import { hasAlignment, hasDiscriminator } from '../losses-section';
import type { TokenizerTrainingConfig } from '../tokenizer-training-config';
import type { LossNetworks } from './tokenizer-objective';

/**
 * A loss of the config without its network would be left out silently.
 *
 * @throws ConfigError naming the networks that are absent.
 */
export function checkLossNetworks(config: TokenizerTrainingConfig, networks: LossNetworks): void {
  const missing = [
    config.losses.perceptual_weight > 0 && networks.perceptual === undefined ? 'perceptual' : '',
    hasDiscriminator(config) && networks.discriminator === undefined ? 'discriminator' : '',
    hasAlignment(config, config.tokenizer) && networks.features === undefined ? 'features' : '',
  ].filter((name) => name !== '');
  if (missing.length > 0) {
    throw new ConfigError(
      `TokenizerTrainer: networks must hold ${missing.join(', ')} for the losses of the config, got none. Pass what openLossNetworks gives.`,
    );
  }
}
