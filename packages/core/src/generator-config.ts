import { z } from 'zod';
import { configLimits, countUpTo } from './config-limits';
import { parseConfigText } from './config-text';
import { ConfigError } from './errors';
import { isPowerOfTwo } from './level-schedule';

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

/** Latents that the published HAR generators predict one by one before whole levels. */
export const publishedArTokens = 4;

/** Widens feed-forward layers, which are about 2.7 times the width as it is; published: none. */
const MAX_FFN_MULTIPLIER = 64;

const upTo = (limit: number): z.ZodNumber => countUpTo(limit, 'must be a positive whole number');
const share = z.number().min(0).max(1, { error: 'must be between 0 and 1' });
const dropout = z.number().min(0).lt(1, { error: 'must be at least 0 and below 1' });

/** The flat keys of a saved generator; defaults are the values that the authors publish. */
const generatorConfig = z
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

type ParsedConfig = z.infer<typeof generatorConfig>;

/**
 * A generator's config: the flat list of arguments that published models save; unknown keys are kept. Make one
 * with {@link parseGeneratorConfig}.
 */
export type GeneratorConfig = Readonly<ParsedConfig>;

/** What {@link parseGeneratorConfig} accepts: every key with a published value may be left out. */
export type GeneratorConfigInput = Partial<z.input<typeof generatorConfig>>;

export interface ParseGeneratorOptions {
  /** Whether the weights are those of a HAR model, whatever the config says. */
  readonly har?: boolean;
}

/**
 * Checks a config and fills in published values. A `model_type` that names a published size stands for its
 * layers, heads and width.
 *
 * @param raw text of a config file or what it held: the flat form, or a YAML config of the authors, whose
 *   `model.generator` is taken.
 * @throws ConfigError listing every wrong type and every contradiction.
 * @source method.md, section 7.
 */
export function parseGeneratorConfig(raw: unknown, options: ParseGeneratorOptions = {}): GeneratorConfig {
  const tree: unknown = typeof raw === 'string' ? parseConfigText(raw, 'the generator config') : raw;
  const flat = withNamedSize(flatten(tree));
  const parsed = generatorConfig.safeParse(flat);
  const wrong = parsed.success ? [] : parsed.error.issues;
  const problems = wrong.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`);
  const wrongKeys = new Set(wrong.map((issue) => String(issue.path[0])));
  const checkable = parsed.success ? parsed : generatorConfig.safeParse(standIns(flat, wrongKeys));
  if (checkable.success) {
    const found = contradictions(checkable.data, options.har ?? isHarConfig(checkable.data));
    problems.push(
      ...found.filter(({ keys }) => !keys.some((key) => wrongKeys.has(key))).map(({ problem }) => problem),
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`parseGeneratorConfig: ${problems.join('; ')}. Correct the config.`, problems);
  }
  return parsed.data;
}

/** Whether a config describes a HAR model: it says so, or it has special tokens. */
export function isHarConfig(config: Pick<GeneratorConfig, 'har' | 'spe_token_num'>): boolean {
  return config.har ?? typeof config.spe_token_num === 'number';
}

type Flat = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Flat =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The generator's part of a nested config. There `dropout_p` stands for the dropout of residuals and feed-forward
 * layers.
 */
function flatten(config: unknown): unknown {
  if (!isTree(config) || !isTree(config.model) || !isTree(config.model.generator)) {
    return config;
  }
  const { dropout_p: shared, ...rest } = config.model.generator;
  return shared === undefined ? rest : { resid_dropout_p: shared, ffn_dropout_p: shared, ...rest };
}

function withNamedSize(flat: unknown): unknown {
  if (!isTree(flat)) {
    return flat;
  }
  const name = String(flat.model_type);
  return Object.hasOwn(generatorSizes, name)
    ? { ...generatorSizes[name as keyof typeof generatorSizes], ...flat }
    : flat;
}

/** The config with values that fit in place of the wrong ones, so that the others can be checked. */
function standIns(flat: unknown, wrongKeys: ReadonlySet<string>): unknown {
  if (!isTree(flat)) {
    return flat;
  }
  const rest = Object.fromEntries(Object.entries(flat).filter(([key]) => !wrongKeys.has(key)));
  return { ...generatorSizes['GPT-B'], ...rest };
}

/** Values that contradict each other. */
interface Contradiction {
  readonly keys: readonly string[];
  readonly problem: string;
}

function contradictions(config: ParsedConfig, har: boolean): Contradiction[] {
  const found: Contradiction[] = [];
  const demand = (holds: boolean, problem: string, keys: readonly string[]): void => {
    if (!holds) {
      found.push({ keys, problem });
    }
  };
  const { dim, n_head: heads, block_size: latents } = config;
  demand(
    dim % heads === 0 && (dim / heads) % 2 === 0,
    `dim ${dim} over n_head ${heads} must give an even head width`,
    ['dim', 'n_head'],
  );
  const keyHeads = config.n_kv_head ?? heads;
  demand(heads % keyHeads === 0, `n_head ${heads} must be a multiple of n_kv_head ${keyHeads}`, [
    'n_head',
    'n_kv_head',
  ]);
  demand(
    isPowerOfTwo(latents) && latents >= 2,
    `block_size must be a power of two of at least 2, got ${latents}`,
    ['block_size'],
  );
  demand(config.cls_token_num === 1, `cls_token_num must be 1, got ${config.cls_token_num}`, [
    'cls_token_num',
  ]);
  demand(config.attn_dropout_p === 0, `attn_dropout_p must be 0, got ${config.attn_dropout_p}`, [
    'attn_dropout_p',
  ]);
  if (har) {
    const first = config.ar_token_num ?? publishedArTokens;
    demand(
      isPowerOfTwo(first) && first < latents,
      `ar_token_num must be a power of two below block_size ${latents}, got ${first}`,
      ['ar_token_num', 'block_size'],
    );
    const special = config.spe_token_num ?? latents - 1;
    demand(
      special >= latents - 1,
      `spe_token_num must be at least block_size - 1 = ${latents - 1}, got ${special}`,
      ['spe_token_num', 'block_size'],
    );
  }
  const names = config.class_names;
  demand(
    names === undefined || names.length === config.num_classes,
    `class_names must hold num_classes = ${config.num_classes} names, got ${names?.length}`,
    ['class_names', 'num_classes'],
  );
  demand(names === undefined || new Set(names).size === names.length, 'class_names must differ', [
    'class_names',
  ]);
  return found;
}
