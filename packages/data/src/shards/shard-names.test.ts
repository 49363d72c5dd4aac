import { DataError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { isShardPattern, shardNames } from './shard-names';

describe('shardNames', () => {
  it('counts with the zeros of the published pattern', () => {
    const names = shardNames('../datasets/imagenet-1k-wds/imagenet1k-train-{0000..1023}.tar');
    expect(names).toHaveLength(1024);
    expect(names[0]).toBe('../datasets/imagenet-1k-wds/imagenet1k-train-0000.tar');
    expect(names[1023]).toBe('../datasets/imagenet-1k-wds/imagenet1k-train-1023.tar');
  });

  it('counts without zeros, down, and over one number', () => {
    expect(shardNames('a{9..11}.tar')).toEqual(['a9.tar', 'a10.tar', 'a11.tar']);
    expect(shardNames('a{2..0}.tar')).toEqual(['a2.tar', 'a1.tar', 'a0.tar']);
    expect(shardNames('a{0..0}.tar')).toEqual(['a0.tar']);
    expect(shardNames('a{8..010}.tar')).toEqual(['a008.tar', 'a009.tar', 'a010.tar']);
  });

  it('takes lists, nested braces and several braces', () => {
    expect(shardNames('{train,val-{0..1}}/{a,b}.tar')).toEqual([
      'train/a.tar',
      'train/b.tar',
      'val-0/a.tar',
      'val-0/b.tar',
      'val-1/a.tar',
      'val-1/b.tar',
    ]);
  });

  it('joins patterns with two colons, URLs among them', () => {
    expect(shardNames('a{0..1}.tar::http://host:80/b.tar?token=x::file:///c.tar::file:d.tar')).toEqual([
      'a0.tar',
      'a1.tar',
      'http://host:80/b.tar?token=x',
      '/c.tar',
      'd.tar',
    ]);
  });

  it('throws DataError naming what is wrong with a pattern', () => {
    const cases: [string, string][] = [
      ['a{0..1.tar', 'must be closed'],
      ['a}.tar', 'must be closed'],
      ['a}{0..1}.tar', 'must be closed'],
      ['a{0...2}.tar', '{0...2}'],
      ['a{}.tar', '{} in'],
      ['a{0..100000}.tar', 'at most 100000'],
      ['a{0..999}{0..999}.tar', 'at most 100000'],
      ['a.tar::b', '"b" must be the name of a .tar'],
      ['a.tar.gz', 'Unpack it'],
      ['s3://bucket/a.tar', 'got s3:'],
      ['pipe:cat a.tar', 'got pipe:'],
    ];
    for (const [pattern, message] of cases) {
      expect(() => shardNames(pattern), pattern).toThrow(DataError);
      expect(() => shardNames(pattern), pattern).toThrow(message);
    }
  });
});

describe('isShardPattern', () => {
  it('tells shards from folders', () => {
    for (const text of ['a.tar', 'a-{0..9}.TAR', 'a::b', 'https://host/a.tar', 'a.tar.gz', 's3://a/b']) {
      expect(isShardPattern(text), text).toBe(true);
    }
    for (const text of ['pictures', './data/emoji', '/a/tar', 'C:\\pictures', 'my.tar.d/']) {
      expect(isShardPattern(text), text).toBe(false);
    }
  });
});
