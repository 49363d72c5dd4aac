import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseRedisAddress } from './redis-address';

describe('parseRedisAddress', () => {
  it('shows neither user nor password', () => {
    const url = 'rediss://someone:secret@example.org/2';
    expect(parseRedisAddress(url)).toEqual({ url, shown: 'rediss://example.org:6379' });
  });

  it.each(['', 'localhost:6379', 'http://localhost', 'redis://', 'redis://host/name'])(
    'refuses %j',
    (text) => {
      expect(() => parseRedisAddress(text)).toThrow(InvalidArgumentError);
    },
  );
});
