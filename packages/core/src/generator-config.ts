import { z } from 'zod';
import { configLimits, countUpTo } from './config-limits';

/** Layers, heads and width of a generator under their published keys. */
export interface GeneratorSize {
  readonly n_layer: number;
  readonly n_head: number;
  readonly dim: number;
}

/** Published sizes by the `model_type` of published configs. @source method.md, section 7. */
export const generatorSizes = {
  'GPT-B': { n_layer: 12, n_head: 12, dim: 768 },
  'GPT-L': { n_layer: 24, n_head: 16, dim: 1024 },
  'GPT-XL': { n_layer: 36, n_head: 20, dim: 1280 },
  'GPT-XXL': { n_layer: 48, n_head: 24, dim: 1536 },
  'GPT-XXXL': { n_layer: 48, n_head: 40, dim: 2560 },
  'GPT-1B': { n_layer: 22, n_head: 32, dim: 2048 },
  'GPT-3B': { n_layer: 24, n_head: 32, dim: 3200 },
} as const satisfies Record<string, GeneratorSize>;

/** Keys of {@link GeneratorSize}. */
export const generatorSizeKeys = [
  'n_layer',
  'n_head',
  'dim',
] as const satisfies readonly (keyof GeneratorSize)[];

/** Latents that the published HAR generators predict one by one before whole levels. */
export const publishedArTokens = 4;

/** Widens feed-forward layers, which are about 2.7 times the width as it is; published: none. */
const MAX_FFN_MULTIPLIER = 64;

const upTo = (limit: number): z.ZodNumber => countUpTo(limit, 'must be a positive whole number');
const share = z.number().min(0).max(1, { error: 'must be between 0 and 1' });
const dropout = z.number().min(0).lt(1, { error: 'must be at least 0 and below 1' });

/** The flat keys of a saved generator; defaults are the values that the authors publish. */
export const generatorConfig = z
  .object({
    /** A size's name in published YAML files, the kind of condition (c2i) in saved ones. */
    model_type: z.string().optional(),
    gpt_type: z.literal('c2i', { error: 'must be c2i; text conditions are not supported' }).optional(),
    n_layer: upTo(configLimits.layers),
    n_head: upTo(configLimits.heads),
    dim: upTo(configLimits.width),
    /** Heads of keys and values; null or absent means as many as n_head. */
    n_kv_head: upTo(configLimits.heads).nullish(),
    multiple_of: upTo(configLimits.width).default(256),
    ffn_dim_multiplier: z.number().positive().max(MAX_FFN_MULTIPLIER).nullish(),
    norm_eps: z.number().positive().default(1e-5),
    /** Rotary positions, of which YAML files speak; there are no others. */
    rope: z.literal(true, { error: 'must be true; other positions are not supported' }).optional(),
    rope_base: z.number().positive().default(10000),
    vocab_size: upTo(configLimits.codes).default(8192),
    block_size: upTo(configLimits.positions).default(128),
    num_classes: upTo(configLimits.classes).default(1000),
    cls_token_num: upTo(configLimits.positions).default(1),
    class_dropout_prob: share.default(0.1),
    token_dropout_p: dropout.default(0.1),
    resid_dropout_p: dropout.default(0.1),
    ffn_dropout_p: dropout.default(0.1),
    attn_dropout_p: dropout.default(0),
    drop_path_rate: dropout.default(0),
    har: z.boolean().optional(),
    ar_token_num: upTo(configLimits.positions).nullish(),
    spe_token_num: upTo(configLimits.positions).nullish(),
    // Ours, absent from published files: a name for each class.
    class_names: z.array(z.string().min(1)).optional(),
  })
  .loose();

/**
 * A generator's config: the flat list of arguments that published models save; unknown keys are kept. Make one
 * with `parseGeneratorConfig`.
 */
export type GeneratorConfig = Readonly<z.infer<typeof generatorConfig>>;

/** What `parseGeneratorConfig` accepts: every key with a published value may be left out. */
export type GeneratorConfigInput = Partial<z.input<typeof generatorConfig>>;

/** Whether a config describes a HAR model: it says so, or it has special tokens. */
export function isHarConfig(config: Pick<GeneratorConfig, 'har' | 'spe_token_num'>): boolean {
  return config.har ?? typeof config.spe_token_num === 'number';
}
