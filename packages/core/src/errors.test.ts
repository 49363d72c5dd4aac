import { describe, expect, it } from 'vitest';
import { BackendUnavailableError, CheckpointError, ConfigError, DataError, ShapeError } from './errors';

describe.each([
  ['ShapeError', ShapeError],
  ['CheckpointError', CheckpointError],
  ['DataError', DataError],
  ['BackendUnavailableError', BackendUnavailableError],
] as const)('%s', (name, ErrorClass) => {
  it('is an Error that bears its class name and its values', () => {
    const error = new ErrorClass('encode: too small.', { width: 3 });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.details).toEqual({ width: 3 });
    expect(String(error)).toBe(`${name}: encode: too small.`);
  });

  it('has empty details when none are given', () => {
    expect(new ErrorClass('x').details).toEqual({});
  });

  it('is not one of the other classes', () => {
    expect(new ErrorClass('x')).not.toBeInstanceOf(ConfigError);
  });
});

describe('ConfigError', () => {
  it('lists its problems as a field and among its details', () => {
    const error = new ConfigError('parse: a; b.', ['a', 'b'], { file: 'c.yaml' });
    expect(error.name).toBe('ConfigError');
    expect(error.problems).toEqual(['a', 'b']);
    expect(error.details).toEqual({ file: 'c.yaml', problems: ['a', 'b'] });
  });

  it('has its message as the only problem when no list is given', () => {
    expect(new ConfigError('a is wrong.').problems).toEqual(['a is wrong.']);
  });
});
