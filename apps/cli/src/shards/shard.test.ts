import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { isInShard, parseShard, shardText } from './shard';

describe('parseShard', () => {
  it('reads i/n', () => {
    expect(parseShard('2/4')).toEqual({ number: 2, count: 4 });
    expect(parseShard(' 1/1 ')).toEqual({ number: 1, count: 1 });
  });

  it.each(['', '2', '0/4', '5/4', '1/0', '-1/4', '1.5/4', '1/4/2', 'a/b', '1/9999999'])(
    'refuses "%s" and gives an example',
    (text) => {
      expect(() => parseShard(text)).toThrow(InvalidArgumentError);
      expect(() => parseShard(text)).toThrow(/i\/n with i from 1 to n, for instance 2\/4/);
    },
  );
});

describe('shardText', () => {
  it('writes what parseShard reads', () => {
    expect(parseShard(shardText({ number: 3, count: 12 }))).toEqual({ number: 3, count: 12 });
  });
});

describe('isInShard', () => {
  it('puts every block into exactly one shard', () => {
    const blocks = [0, 1, 2, 3, 4, 5, 6];
    const shards = [1, 2, 3].map((number) => blocks.filter((i) => isInShard(i, { number, count: 3 })));
    expect(shards).toEqual([
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ]);
  });
});
