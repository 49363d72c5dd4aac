import type { GeneratorConfig } from '@restok/core';
import { publishedArTokens } from '@restok/core';
import { harLayout } from './har-layout';
import { plainLayout } from './plain-layout';
import type { SequenceLayout } from './sequence-layout';

/** Everything that follows from a config, as the transformer's parts take it. */
export interface GeneratorArchitecture {
  readonly width: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKeyHeads: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  readonly normEpsilon: number;
  readonly rotaryBase: number;
  readonly vocabularySize: number;
  readonly numLatents: number;
  readonly numClasses: number;
  /** The label that means "no class"; absent where the model has none. */
  readonly nullLabel: number | undefined;
  /** Rows of the table of special tokens; absent for plain autoregression. */
  readonly numSpecial: number | undefined;
  readonly layout: SequenceLayout;
}

/** Sizes and sequence of a model. @source method.md, section 7. */
export function generatorArchitecture(config: GeneratorConfig, har: boolean): GeneratorArchitecture {
  const { dim: width, n_head: numHeads, block_size: numLatents, num_classes: numClasses } = config;
  return {
    width,
    numLayers: config.n_layer,
    numHeads,
    numKeyHeads: config.n_kv_head ?? numHeads,
    headWidth: width / numHeads,
    feedForwardWidth: feedForwardWidth(config),
    normEpsilon: config.norm_eps,
    rotaryBase: config.rope_base,
    vocabularySize: config.vocab_size,
    numLatents,
    numClasses,
    nullLabel: config.class_dropout_prob > 0 ? numClasses : undefined,
    numSpecial: har ? (config.spe_token_num ?? numLatents - 1) : undefined,
    layout: har ? harLayout(numLatents, config.ar_token_num ?? publishedArTokens) : plainLayout(numLatents),
  };
}

/** 8D/3, cut to a whole number, times a factor where the config has one, rounded up to a multiple. */
function feedForwardWidth(config: GeneratorConfig): number {
  const { dim, multiple_of: multiple, ffn_dim_multiplier: factor } = config;
  const hidden = Math.floor(Math.floor((8 * dim) / 3) * (factor ?? 1));
  return Math.ceil(hidden / multiple) * multiple;
}
