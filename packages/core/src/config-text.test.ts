import { describe, expect, it } from 'vitest';
import { interpolateConfig, overrideConfig, parseConfigText, parseRawConfig } from './config-text';
import { ConfigError } from './errors';

describe('parseRawConfig', () => {
  it('reads numbers with underscores, exponents and capitalised booleans', () => {
    const text = 'a: 1_281_167\nb: 5_000.5\nc: 1e-4\nd: -3\ne: True\nf: False\ng: .5\n';
    expect(parseRawConfig(text, 'c')).toEqual({
      a: 1281167,
      b: 5000.5,
      c: 1e-4,
      d: -3,
      e: true,
      f: false,
      g: 0.5,
    });
  });

  it('leaves texts that only look a little like numbers', () => {
    const text = 'a: 1_000 pictures\nb: _5\nc: 10.1.2\nd: 0.2.x\ne: "true-ish"\nf: GPT-L\n';
    expect(parseRawConfig(text, 'c')).toEqual({
      a: '1_000 pictures',
      b: '_5',
      c: '10.1.2',
      d: '0.2.x',
      e: 'true-ish',
      f: 'GPT-L',
    });
  });

  it('reads JSON, lists and empty values, and leaves references alone', () => {
    expect(parseRawConfig('{"a": [1, "x", null], "b": "${a}"}', 'c')).toEqual({
      a: [1, 'x', null],
      b: '${a}',
    });
  });

  it.each([
    ['a syntax error', 'a: [1, 2\nb: 3'],
    ['a key that occurs twice', 'a: 1\na: 2'],
    ['an unknown alias', 'a: *missing'],
    ['an alias that holds itself', 'a: &x [*x]'],
    ['a list', '- 1\n- 2'],
    ['a single value', 'hello'],
    ['nothing', ''],
    ['brackets without end', '['.repeat(20_000)],
    ['keys without end', 'a: {'.repeat(20_000)],
    ['dashes without end', '- '.repeat(20_000)],
    ['deeper nesting than anyone writes', `a: ${'['.repeat(300)}${']'.repeat(300)}`],
  ])('throws ConfigError that names the file for %s', (_, text) => {
    expect(() => parseRawConfig(text, 'model.yaml')).toThrow(ConfigError);
    expect(() => parseRawConfig(text, 'model.yaml')).toThrow(/^parseConfig: model\.yaml /);
  });

  it('reads nesting of fifty levels', () => {
    const text = Array.from({ length: 50 }, (_, i) => `${' '.repeat(i)}k:`).join('\n');
    const depth = (node: unknown): number => (node === null ? 0 : 1 + depth((node as { k: unknown }).k));
    expect(depth(parseRawConfig(text, 'c'))).toBe(50);
  });

  it('says in which line a syntax error is', () => {
    expect(() => parseRawConfig('a: 1\nb: "open\n', 'c')).toThrow(/at line \d+/);
  });

  it('throws ConfigError for aliases that multiply', () => {
    const line = (name: string, of: string): string => `${name}: &${name} [${`*${of}, `.repeat(9)}1]\n`;
    const text = `a: &a [1]\n${line('b', 'a')}${line('c', 'b')}${line('d', 'c')}${line('e', 'd')}`;
    expect(() => parseRawConfig(text, 'c')).toThrow(ConfigError);
  });

  it('drops __proto__ at every depth and leaves every other object alone', () => {
    const config = parseRawConfig(
      '{"__proto__": {"polluted": 1}, "a": {"__proto__": {"b": 1}, "c": 2}}',
      'c',
    );
    expect(Object.keys(config)).toEqual(['a']);
    expect(config.a).toEqual({ c: 2 });
    expect('b' in (config.a as object)).toBe(false);
    expect('polluted' in {}).toBe(false);
  });
});

describe('parseConfigText', () => {
  it('reads and replaces references in one go', () => {
    expect(parseConfigText('a: {lr: 1_0}\nb: ${a.lr}\n', 'c')).toEqual({ a: { lr: 10 }, b: 10 });
  });
});

describe('interpolateConfig', () => {
  it('keeps the type of a reference that stands alone', () => {
    const config = { a: { number: 128, list: [1, { x: true }] }, b: '${a.number}', c: '${a.list}' };
    expect(interpolateConfig(config)).toEqual({ ...config, b: 128, c: [1, { x: true }] });
  });

  it('puts several references into one text', () => {
    expect(interpolateConfig({ name: 'run', n: 64, out: './${name}_${n}/x' }).out).toBe('./run_64/x');
  });

  it('follows references to references, inside lists too', () => {
    expect(interpolateConfig({ a: '${b}', b: '${c.d}', c: { d: 7 }, e: ['${a}'] })).toEqual({
      a: 7,
      b: 7,
      c: { d: 7 },
      e: [7],
    });
  });

  it('does not change its argument', () => {
    const config = { a: 1, b: { c: '${a}' } };
    interpolateConfig(config);
    expect(config).toEqual({ a: 1, b: { c: '${a}' } });
  });

  it('throws ConfigError that names a reference to nothing', () => {
    expect(() => interpolateConfig({ a: '${b.c}' })).toThrow(ConfigError);
    expect(() => interpolateConfig({ a: '${b.c}' })).toThrow('${b.c} does not exist');
    expect(() => interpolateConfig({ a: 'x ${a.b}' })).toThrow('${a.b} does not exist');
  });

  it.each([
    ['itself', { a: '${a}' }],
    ['itself inside a text', { a: 'x${a}' }],
    ['each other', { a: '${b}', b: '${c}', c: '${a}' }],
    ['what holds it', { a: { b: '${a}' } }],
  ])('throws ConfigError for values that refer to %s', (_, config) => {
    expect(() => interpolateConfig(config)).toThrow(ConfigError);
    expect(() => interpolateConfig(config)).toThrow('refers to itself');
  });

  it('throws ConfigError when an object is to be part of a text', () => {
    expect(() => interpolateConfig({ a: { b: 1 }, c: 'run_${a}' })).toThrow('cannot be part of a text');
  });

  it('sees no keys that objects inherit', () => {
    for (const path of ['constructor', '__proto__', 'a.toString', 'a.constructor.name']) {
      expect(() => interpolateConfig({ a: {}, b: `\${${path}}` })).toThrow('does not exist');
    }
  });

  it('throws ConfigError for a chain of thousands of references', () => {
    const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, `\${k${i + 1}}`]));
    expect(() => interpolateConfig({ ...chain, k20000: 1 })).toThrow('too many references');
  });

  it('throws ConfigError soon when references multiply', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`k${i}`, `\${k${i + 1}}\${k${i + 1}}`]),
    );
    expect(() => interpolateConfig({ ...doubling, k40: 'x' })).toThrow('too many references');
  });
});

describe('overrideConfig', () => {
  it('sets values of any depth, reading them as YAML', () => {
    const config = { training: { seed: 1, name: 'a' } };
    const overrides = [
      'training.seed=7',
      'training.steps=1_000',
      'model.sizes=[1, 2]',
      'model.on=True',
      'x=a=b',
      'empty=',
    ];
    expect(overrideConfig(config, overrides)).toEqual({
      training: { seed: 7, name: 'a', steps: 1000 },
      model: { sizes: [1, 2], on: true },
      x: 'a=b',
      empty: null,
    });
    expect(config).toEqual({ training: { seed: 1, name: 'a' } });
  });

  it('lets the last of two win', () => {
    expect(overrideConfig({}, ['a=1', 'a=2'])).toEqual({ a: 2 });
  });

  it('sets what references then read', () => {
    const raw = parseRawConfig('lr: 1\nb: ${lr}\n', 'c');
    expect(interpolateConfig(overrideConfig(raw, ['lr=2']))).toEqual({ lr: 2, b: 2 });
  });

  it.each(['a', '=1', '', 'a..b=1', '.a=1', 'a.=1'])('throws ConfigError for "%s"', (override) => {
    expect(() => overrideConfig({}, [override])).toThrow(ConfigError);
    expect(() => overrideConfig({}, [override])).toThrow('must have the form key=value');
  });

  it('throws ConfigError for a path through a value', () => {
    expect(() => overrideConfig({ a: 3 }, ['a.b=1'])).toThrow('goes through a, which is a value');
    expect(() => overrideConfig({ a: [3] }, ['a.0=1'])).toThrow('goes through a, which is a value');
  });

  it('throws ConfigError for a value that is not valid YAML', () => {
    expect(() => overrideConfig({}, ['a=[1, 2'])).toThrow(ConfigError);
    expect(() => overrideConfig({}, ['a=[1, 2'])).toThrow('the value of "a=[1, 2" is not valid');
  });

  it('refuses __proto__ and does not reach what objects inherit', () => {
    expect(() => overrideConfig({}, ['__proto__.polluted=1'])).toThrow(ConfigError);
    expect(() => overrideConfig({}, ['a.__proto__={x: 1}'])).toThrow(ConfigError);
    const config = overrideConfig({}, ['constructor.prototype.polluted=1', 'toString.x=2']);
    expect(Object.keys(config)).toEqual(['constructor', 'toString']);
    expect('polluted' in {}).toBe(false);
  });
});
