import { Lexer, parseDocument, Parser } from 'yaml';
import { ConfigError } from './errors';

/** A parsed config before its meaning is checked. */
export type ConfigTree = Record<string, unknown>;

/** Numbers as the authors write them: 1_281_167, 5_000, 1e-4. */
const NUMBER = /^[+-]?(\d[\d_]*)(\.[\d_]*)?([eE][+-]?\d+)?$/;
const REFERENCE = /\$\{([^{}]+)\}/g;
/** Assigning to this key would change an object's prototype instead of the object. */
const FORBIDDEN_KEY = '__proto__';
/** Published configs have about ten; references to references may multiply. */
const MAX_REFERENCES = 10_000;
/** Open brackets, keys and indents; published configs have about ten. */
const MAX_DEPTH = 200;

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
  const parsed = readYaml(text, `parseConfig: ${name}`, 'Correct the file.');
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
 * @throws ConfigError when an override has no `=`, has a key that no config can hold, goes through a value that
 *   has no keys, or sets what is not valid YAML.
 */
export function overrideConfig(config: ConfigTree, overrides: readonly string[]): ConfigTree {
  const result = structuredClone(config);
  for (const override of overrides) {
    const equals = override.indexOf('=');
    const keys = override.slice(0, Math.max(0, equals)).split('.');
    if (keys.some((key) => key === '' || key === FORBIDDEN_KEY)) {
      throw new ConfigError(
        `overrideConfig: "${override}" must have the form key=value. Write for instance training.seed=7.`,
      );
    }
    const value = readYaml(
      override.slice(equals + 1),
      `overrideConfig: the value of "${override}"`,
      'Quote it or correct it.',
    );
    let node = result;
    for (const key of keys.slice(0, -1)) {
      const next = ownValue(node, key) ?? (node[key] = {});
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
 * @throws ConfigError naming a key that does not exist, refers to itself or stands in a text though it has keys
 *   of its own; or when references multiply without end in sight.
 */
export function interpolateConfig(config: ConfigTree): ConfigTree {
  const lookUp = (path: string): unknown => path.split('.').reduce<unknown>(ownValue, config);
  let numFollowed = 0;

  const follow = (path: string, visiting: readonly string[]): unknown => {
    const target = lookUp(path);
    if (target === undefined) {
      throw referenceError(path, 'does not exist');
    }
    if (visiting.includes(path)) {
      throw referenceError(path, 'refers to itself');
    }
    numFollowed += 1;
    if (numFollowed > MAX_REFERENCES || visiting.length > MAX_DEPTH) {
      throw referenceError(path, 'is one of too many references to references');
    }
    return resolve(target, [...visiting, path]);
  };
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
    const alone = /^\$\{([^{}]+)\}$/.exec(value);
    if (alone !== null) {
      return follow(alone[1]!, visiting);
    }
    return value.replace(REFERENCE, (_, path: string) => {
      const part = follow(path, visiting);
      if (typeof part === 'object' && part !== null) {
        throw referenceError(path, 'has keys or items of its own, so it cannot be part of a text');
      }
      return String(part);
    });
  };
  return resolve(config, []) as ConfigTree;
}

function referenceError(path: string, problem: string): ConfigError {
  return new ConfigError(`interpolateConfig: \${${path}} ${problem}. Correct the reference.`);
}

/** Parses YAML, of which JSON is a part; whatever is wrong with it becomes a ConfigError. */
function readYaml(text: string, described: string, remedy: string): unknown {
  let problem: string;
  try {
    checkDepth(text);
    const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
    const [error] = document.errors;
    if (error === undefined) {
      return readNumbers(document.toJS({ maxAliasCount: 100 }));
    }
    problem = error.message;
  } catch (error) {
    // Aliases that do not exist, multiply or hold themselves.
    problem = error instanceof Error ? error.message : String(error);
  }
  throw new ConfigError(`${described} is not valid: ${problem.split('\n')[0]}. ${remedy}`);
}

/** Stops before the recursion of parsing could use up the stack, which would end the process. */
function checkDepth(text: string): void {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme)); // runs the parser's step, which does not recurse
    if (parser.stack.length > MAX_DEPTH) {
      throw new Error(`more than ${MAX_DEPTH} brackets or indents are open at once`);
    }
  }
}

/** Turns texts that are numbers in the authors' style into numbers. */
function readNumbers(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(readNumbers);
  }
  if (isTree(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== FORBIDDEN_KEY)
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

/** Whether a value of a config has keys of its own. */
export function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key of a tree, not of what trees inherit. */
function ownValue(node: unknown, key: string): unknown {
  return isTree(node) && Object.hasOwn(node, key) ? node[key] : undefined;
}
