import { parseDocument } from 'yaml';
import { ConfigError } from './errors';

/** A parsed config before its meaning is checked. */
export type ConfigTree = Record<string, unknown>;

/** Numbers as the authors write them: 1_281_167, 5_000, 1e-4. */
const NUMBER = /^[+-]?(\d[\d_]*)(\.[\d_]*)?([eE][+-]?\d+)?$/;
const REFERENCE = /\$\{([^{}]+)\}/g;

/**
 * Parses a config file: JSON, or YAML in the authors' style (`True`, `10_000`, `${optimizer.params.learning_rate}`).
 *
 * @param name what errors call the file.
 * @throws ConfigError naming the line of a syntax error, or an unknown or circular reference.
 */
export function parseConfigText(text: string, name: string): ConfigTree {
  return interpolateConfig(parseRawConfig(text, name));
}

/** Like {@link parseConfigText}, leaving `${...}` as it is, so that values may be overridden first. */
export function parseRawConfig(text: string, name: string): ConfigTree {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new ConfigError(
      `parseConfig: ${name} is not valid: ${error.message.split('\n')[0]}. Correct the file.`,
    );
  }
  const parsed: unknown = readNumbers(document.toJS({ maxAliasCount: 100 }));
  if (!isTree(parsed)) {
    throw new ConfigError(`parseConfig: ${name} must hold keys and values. Correct the file.`);
  }
  return parsed;
}

/**
 * Sets values by their dotted names, as on a command line.
 *
 * @param overrides texts such as `training.seed=7`; the value is read as YAML.
 * @returns a new config; the given one is not changed.
 * @throws ConfigError when an override has no `=` or goes through a value that has no keys.
 */
export function overrideConfig(config: ConfigTree, overrides: readonly string[]): ConfigTree {
  const result = structuredClone(config);
  for (const override of overrides) {
    const equals = override.indexOf('=');
    if (equals < 1) {
      throw new ConfigError(
        `overrideConfig: "${override}" must have the form key=value. Write for instance training.seed=7.`,
      );
    }
    const keys = override.slice(0, equals).split('.');
    const value = readNumbers(parseDocument(override.slice(equals + 1)).toJS());
    let node = result;
    for (const key of keys.slice(0, -1)) {
      node[key] ??= {};
      const next = node[key];
      if (!isTree(next)) {
        throw new ConfigError(
          `overrideConfig: "${override}" goes through ${key}, which is a value. Check the key.`,
        );
      }
      node = next;
    }
    node[keys.at(-1)!] = value;
  }
  return result;
}

/**
 * Replaces every `${a.b}` by the value of that key; one that stands alone keeps its type.
 *
 * @throws ConfigError naming a key that does not exist or refers to itself.
 */
export function interpolateConfig(config: ConfigTree): ConfigTree {
  const lookUp = (path: string): unknown =>
    path.split('.').reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), config);

  const resolve = (value: unknown, visiting: readonly string[]): unknown => {
    if (Array.isArray(value)) {
      return value.map((item) => resolve(item, visiting));
    }
    if (isTree(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, visiting)]));
    }
    if (typeof value !== 'string') {
      return value;
    }
    const follow = (path: string): unknown => {
      const target = lookUp(path);
      if (target === undefined || visiting.includes(path)) {
        const problem = target === undefined ? 'does not exist' : 'refers to itself';
        throw new ConfigError(`interpolateConfig: \${${path}} ${problem}. Correct the reference.`);
      }
      return resolve(target, [...visiting, path]);
    };
    const alone = /^\$\{([^{}]+)\}$/.exec(value);
    if (alone !== null) {
      return follow(alone[1]!);
    }
    return value.replace(REFERENCE, (_, path: string) => String(follow(path)));
  };
  return resolve(config, []) as ConfigTree;
}

/** Turns texts that are numbers in the authors' style into numbers. */
function readNumbers(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(readNumbers);
  }
  if (isTree(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== '__proto__')
        .map(([key, item]) => [key, readNumbers(item)]),
    );
  }
  if (typeof value !== 'string') {
    return value;
  }
  if (value === 'True' || value === 'False') {
    return value === 'True';
  }
  return NUMBER.test(value) ? Number(value.replaceAll('_', '')) : value;
}

function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
