import type { GeneratorConfig, TokenizerConfig } from '@restok/core';
import { CheckpointError, parseGeneratorConfig, parseTokenizerConfig } from '@restok/core';
import { hasGeneratorWeights, hasHarWeights } from '@restok/generator';
import type { OpenedModel } from '@restok/hub';

/** The checked config of a generator, and whether it predicts whole levels at once. */
export interface DescribedGenerator {
  readonly config: GeneratorConfig;
  readonly isHar: boolean;
}

/** Whether a model folder holds a generator; its weights say so, as one config may describe both kinds. */
export function isGenerator({ weights }: OpenedModel): boolean {
  return hasGeneratorWeights(weights);
}

/** @throws CheckpointError where the folder holds another kind of model, ConfigError. */
export function generatorConfigOf(model: OpenedModel): DescribedGenerator {
  if (!isGenerator(model)) {
    throw new CheckpointError(
      `restok: ${model.description} holds no generator. Pass the folder of one with --generator.`,
    );
  }
  const isHar = hasHarWeights(model.weights);
  return { config: parseGeneratorConfig(model.config, { har: isHar }), isHar };
}

/** @throws CheckpointError where the folder holds another kind of model, ConfigError. */
export function tokenizerConfigOf(model: OpenedModel): TokenizerConfig {
  if (isGenerator(model)) {
    throw new CheckpointError(
      `restok: ${model.description} holds a generator. Pass the folder of a tokenizer instead.`,
    );
  }
  return parseTokenizerConfig(model.config);
}
