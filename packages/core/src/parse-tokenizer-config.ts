import { ConfigError } from './errors';
import { tokenizerContradictions } from './tokenizer-contradictions';
import type { TokenizerConfig } from './tokenizer-config';
import { tokenizerConfig } from './tokenizer-config';

/** Names of a key from the top: `model`, `vq_model`, `token_size`. */
const KEY_DEPTH = 3;

type KeyPath = readonly PropertyKey[];

/**
 * Checks a config and fills in published values.
 *
 * @param raw what a config file held, already parsed.
 * @throws ConfigError listing every wrong type and every contradiction.
 */
export function parseTokenizerConfig(raw: unknown): TokenizerConfig {
  const parsed = tokenizerConfig.safeParse(raw);
  const problems = parsed.success
    ? tokenizerContradictions(parsed.data).map(({ problem }) => problem)
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

/** Contradictions among the other keys of a config in which some have values of the wrong type. */
function contradictionsBeside(raw: unknown, wrongKeys: readonly KeyPath[]): string[] {
  const rest = tokenizerConfig.safeParse(wrongKeys.reduce<unknown>(withoutKey, raw));
  if (!rest.success) {
    return [];
  }
  const wrong = new Set(wrongKeys.map((path) => path.at(-1)));
  return tokenizerContradictions(rest.data)
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
