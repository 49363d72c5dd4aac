import { isTree, parseConfigText } from './config-text';
import { ConfigError } from './errors';
import type { GeneratorConfig } from './generator-config';
import { generatorConfig, generatorSizeKeys, generatorSizes, isHarConfig } from './generator-config';
import { generatorContradictions } from './generator-contradictions';

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
  problems.unshift(...unknownSize(flat));
  const checkable = parsed.success ? parsed : generatorConfig.safeParse(standIns(flat, wrongKeys));
  if (checkable.success) {
    const found = generatorContradictions(checkable.data, options.har ?? isHarConfig(checkable.data));
    problems.push(
      ...found.filter(({ keys }) => !keys.some((key) => wrongKeys.has(key))).map(({ problem }) => problem),
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`parseGeneratorConfig: ${problems.join('; ')}. Correct the config.`, problems);
  }
  return parsed.data;
}

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

/** What is wrong with the name of a size that a config counts on because it leaves out a size. */
function unknownSize(flat: unknown): string[] {
  if (!isTree(flat) || typeof flat.model_type !== 'string') {
    return [];
  }
  const names = Object.keys(generatorSizes);
  const isComplete = generatorSizeKeys.every((key) => flat[key] !== undefined);
  return isComplete || names.includes(flat.model_type)
    ? []
    : [`model_type ${flat.model_type} must be one of ${names.join(', ')} to give sizes`];
}

/** The config with values that fit in place of the wrong ones, so that the others can be checked. */
function standIns(flat: unknown, wrongKeys: ReadonlySet<string>): unknown {
  if (!isTree(flat)) {
    return flat;
  }
  const rest = Object.fromEntries(Object.entries(flat).filter(([key]) => !wrongKeys.has(key)));
  return { ...generatorSizes['GPT-B'], ...rest };
}
