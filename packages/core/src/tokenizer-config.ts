import { z } from 'zod';
import { configLimits, countUpTo, tooLarge } from './config-limits';
import { ConfigError } from './errors';
import { isPowerOfTwo } from './level-schedule';

/** Width, depth and heads of a ViT. */
export interface VitSize {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
}

/** Published ViT sizes. @source method.md, section 1. */
export const vitSizes = {
  small: { width: 512, layers: 6, heads: 8 },
  base: { width: 768, layers: 12, heads: 12 },
  large: { width: 1024, layers: 24, heads: 16 },
} as const satisfies Record<string, VitSize>;

/** The published pixel CNN. @source method.md, section 2. */
export const publishedPixelCnn = {
  hidden_channels: 128,
  channel_mult: [1, 1, 2, 2, 4],
  num_res_blocks: 2,
  z_channels: 256,
};

/** Side of the published model's pictures, in pixels. @source method.md, section 1. */
const publishedCropSize = 256;

const width = countUpTo(configLimits.width);
const layers = countUpTo(configLimits.layers);
const positions = countUpTo(configLimits.positions);
const vitSize = z.union(
  [
    z.enum(['small', 'base', 'large']),
    z.object({ width, layers, heads: countUpTo(configLimits.heads) }).loose(),
  ],
  { error: 'must be small, base, large or { width, layers, heads } of positive whole numbers' },
);
const pixelCnn = z
  .object({
    hidden_channels: width.default(publishedPixelCnn.hidden_channels),
    channel_mult: z.array(width).min(1).max(configLimits.halvings).default(publishedPixelCnn.channel_mult),
    // 0 leaves the convolutions that change the resolution.
    num_res_blocks: z
      .number()
      .int()
      .nonnegative()
      .max(configLimits.layers, { error: tooLarge(configLimits.layers) })
      .default(publishedPixelCnn.num_res_blocks),
    z_channels: width.default(publishedPixelCnn.z_channels),
  })
  .loose();

/** Keys of `model.vq_model`; defaults are the values that the authors publish. */
const vqModel = z
  .object({
    codebook_size: countUpTo(configLimits.codes).default(8192),
    token_size: width.default(8),
    // Ours, absent from published files: the key of a quantiser of @restok/quantizer, and the levels of fsq.
    quantizer: z.enum(['vq', 'fsq']).optional(),
    fsq_levels: z.array(z.number().int().min(2)).min(1).max(configLimits.width).optional(),
    use_l2_norm: z.boolean().default(true),
    commitment_cost: z.number().nonnegative().default(0.25),
    entropy_loss_ratio: z.number().nonnegative().default(0),
    clustering_vq: z.boolean().default(false),
    vit_enc_model_size: vitSize.default('large'),
    vit_dec_model_size: vitSize.default('large'),
    vit_enc_patch_size: countUpTo(configLimits.side).default(16),
    vit_dec_patch_size: countUpTo(configLimits.side).default(16),
    rope_base_len: z.number().positive().default(10000),
    num_latent_tokens: positions.default(128),
    num_min_tokens: positions.default(4),
    test_num_latent_tokens: positions.optional(),
    merge_tokens: z.boolean().default(true),
    hierarchy_stages: z
      .number()
      .int()
      .nonnegative()
      .max(configLimits.halvings, { error: tooLarge(configLimits.halvings) })
      .default(4),
    // Ours, absent from published files: the key of a merging method of @restok/tokenizer.
    merge_method: z.enum(['everySecond', 'averagePool']).optional(),
    reduction_ratio: z.number().default(0.5),
    residual_image_tokens: z.boolean().default(true),
    residual_latent_tokens: z.boolean().default(true),
    learnable_latent_tokens: z.boolean().default(false),
    learnable_dec_image_tokens: z.boolean().default(true),
    multi_quant: z.boolean().default(true),
    vae_encoder: z.boolean().default(true),
    is_legacy: z.boolean().default(true),
    drop_latent_tokens: z.boolean().default(true),
    drop_prob: z.number().min(0).max(1).default(0.2),
    latent_hierarchy: z.boolean().default(true),
    encoder_feature_supervision: z.boolean().default(false),
    decoder_feature_supervision: z.boolean().default(false),
    learnable_dec_feat_tokens: z.boolean().default(true),
    pixel_cnn: pixelCnn.default(publishedPixelCnn),
  })
  .loose();

const tokenizerConfig = z
  .object({
    model: z.object({ vq_model: vqModel }).loose(),
    dataset: z
      .object({
        preprocessing: z
          .object({ crop_size: countUpTo(configLimits.side).default(publishedCropSize) })
          .loose()
          .default({ crop_size: publishedCropSize }),
      })
      .loose()
      .default({ preprocessing: { crop_size: publishedCropSize } }),
  })
  .loose();

/**
 * A tokenizer's config in the nested form of published files; unknown keys are kept. Make one with
 * {@link parseTokenizerConfig}.
 */
export type TokenizerConfig = z.infer<typeof tokenizerConfig>;

/** What {@link parseTokenizerConfig} accepts: every key with a published value may be left out. */
export type TokenizerConfigInput = z.input<typeof tokenizerConfig>;

/** The keys of `model.vq_model`. */
export type VqModelConfig = TokenizerConfig['model']['vq_model'];

/**
 * Checks a config and fills in published values.
 *
 * @param raw what a config file held, already parsed.
 * @throws ConfigError listing every wrong type and every contradiction.
 */
export function parseTokenizerConfig(raw: unknown): TokenizerConfig {
  const parsed = tokenizerConfig.safeParse(raw);
  const problems = parsed.success
    ? contradictions(parsed.data).map(({ problem }) => problem)
    : [
        ...parsed.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`),
        ...contradictionsBeside(
          raw,
          parsed.error.issues.map(({ path }) => path.slice(0, KEY_DEPTH)),
        ),
      ];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`parseTokenizerConfig: ${problems.join('; ')}. Correct the config.`, problems);
  }
  return parsed.data;
}

/** Width, layers and heads of a size given by name or in full. */
export function resolveVitSize(size: VqModelConfig['vit_enc_model_size']): VitSize {
  return typeof size === 'string' ? vitSizes[size] : size;
}

/** Names of a key from the top: `model`, `vq_model`, `token_size`. */
const KEY_DEPTH = 3;

type KeyPath = readonly PropertyKey[];

/** Values that contradict each other. */
interface Contradiction {
  /** Keys that take part, without what stands above them. */
  readonly keys: readonly string[];
  readonly problem: string;
}

/** Contradictions among the other keys of a config in which some have values of the wrong type. */
function contradictionsBeside(raw: unknown, wrongKeys: readonly KeyPath[]): string[] {
  const rest = tokenizerConfig.safeParse(wrongKeys.reduce<unknown>(withoutKey, raw));
  if (!rest.success) {
    return [];
  }
  const wrong = new Set(wrongKeys.map((path) => path.at(-1)));
  return contradictions(rest.data)
    .filter(({ keys }) => !keys.some((key) => wrong.has(key)))
    .map(({ problem }) => problem);
}

/** A copy of a config without one key. */
function withoutKey(config: unknown, path: KeyPath): unknown {
  const [key, ...below] = path;
  if (key === undefined || typeof config !== 'object' || config === null) {
    return config;
  }
  const entries = Object.entries(config).map(([name, value]) =>
    name === key ? [name, withoutKey(value, below)] : [name, value],
  );
  return Object.fromEntries(below.length === 0 ? entries.filter(([name]) => name !== key) : entries);
}

function contradictions(config: TokenizerConfig): Contradiction[] {
  const model = config.model.vq_model;
  const cropSize = config.dataset.preprocessing.crop_size;
  const found: Contradiction[] = [];
  const demand = (holds: boolean, problem: string, keys: readonly string[]): void => {
    if (!holds) {
      found.push({ keys, problem });
    }
  };

  const factor = 2 ** (model.pixel_cnn.channel_mult.length - 1);
  for (const key of ['vit_enc_patch_size', 'vit_dec_patch_size'] as const) {
    demand(
      model[key] === factor,
      `${key} is ${model[key]}, but pixel_cnn.channel_mult downsamples by ${factor}; they must be equal`,
      ['pixel_cnn', key],
    );
  }
  const channels = model.pixel_cnn.hidden_channels;
  demand(
    channels % 32 === 0,
    `pixel_cnn.hidden_channels must be a multiple of 32 (GroupNorm has 32 groups), got ${channels}`,
    ['pixel_cnn'],
  );
  const widest = channels * Math.max(...model.pixel_cnn.channel_mult);
  demand(
    widest <= configLimits.width,
    `pixel_cnn has ${widest} channels where it is widest, more than ${configLimits.width}`,
    ['pixel_cnn'],
  );
  demand(
    model.pixel_cnn.num_res_blocks > 0 ||
      model.pixel_cnn.channel_mult.every((multiplier) => multiplier === 1),
    'pixel_cnn.num_res_blocks 0 leaves nothing that changes the number of channels: every channel_mult must be 1',
    ['pixel_cnn'],
  );
  demand(cropSize % factor === 0, `crop_size ${cropSize} must be a multiple of the patch size ${factor}`, [
    'pixel_cnn',
    'crop_size',
  ]);

  const imageTokens = (cropSize / factor) ** 2;
  demand(
    imageTokens <= configLimits.positions,
    `crop_size ${cropSize} over patches of ${factor} makes ${imageTokens} image tokens, more than ${configLimits.positions}`,
    ['pixel_cnn', 'crop_size'],
  );

  const latents = model.num_latent_tokens;
  demand(
    isPowerOfTwo(latents) && latents >= 2,
    `num_latent_tokens must be a power of two of at least 2, got ${latents}`,
    ['num_latent_tokens'],
  );
  const minimum = model.num_min_tokens;
  demand(
    isPowerOfTwo(minimum) && minimum <= latents,
    `num_min_tokens must be a power of two up to ${latents}, got ${minimum}`,
    ['num_latent_tokens', 'num_min_tokens'],
  );
  const tested = model.test_num_latent_tokens ?? latents;
  demand(tested <= latents, `test_num_latent_tokens is ${tested}, more than num_latent_tokens ${latents}`, [
    'num_latent_tokens',
    'test_num_latent_tokens',
  ]);
  demand(model.reduction_ratio === 0.5, `reduction_ratio must be 0.5, got ${model.reduction_ratio}`, [
    'reduction_ratio',
  ]);

  const isScalar = model.quantizer === 'fsq';
  const levels = model.fsq_levels ?? [];
  demand(
    isScalar === levels.length > 0,
    isScalar ? 'quantizer fsq needs fsq_levels' : 'fsq_levels is read with quantizer fsq alone; leave it out',
    ['quantizer', 'fsq_levels'],
  );
  if (isScalar && levels.length > 0) {
    const size = levels.reduce((product, count) => product * count, 1);
    demand(
      size === model.codebook_size && levels.length === model.token_size,
      `fsq_levels makes codebook_size ${size} and token_size ${levels.length}, got ${model.codebook_size} and ${model.token_size}`,
      ['quantizer', 'fsq_levels', 'codebook_size', 'token_size'],
    );
  }
  demand(
    !isScalar || (model.entropy_loss_ratio === 0 && !model.clustering_vq),
    'quantizer fsq has no codebook to train: entropy_loss_ratio must be 0 and clustering_vq false',
    ['quantizer', 'entropy_loss_ratio', 'clustering_vq'],
  );

  const gridWidth = cropSize / factor;
  const stages = model.hierarchy_stages;
  const neededWidth = 2 ** Math.max(0, stages - 1);
  demand(
    !model.merge_tokens || gridWidth % neededWidth === 0,
    `hierarchy_stages ${stages} halves the grid's width ${stages - 1} times, so ${gridWidth} must be a multiple of ${neededWidth}; use fewer stages or a larger crop_size`,
    ['pixel_cnn', 'crop_size', 'merge_tokens', 'hierarchy_stages'],
  );
  for (const key of ['vit_enc_model_size', 'vit_dec_model_size'] as const) {
    const { width, heads } = resolveVitSize(model[key]);
    demand(
      width % heads === 0 && (width / heads) % 4 === 0,
      `${key}: width ${width} over ${heads} heads must give a head width that is a multiple of 4`,
      [key],
    );
  }
  return found;
}
