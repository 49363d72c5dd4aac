import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { computationOf, computationOfShards } from './computation';

describe('computationOf', () => {
  it('names the version, the backend, its library and its threads', async () => {
    const content = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(content) as { version: string };
    const chosen = {
      backend: 'restok-node',
      products: 'blas (libblas.so)',
      threads: 2,
      reason: 'It is there.',
    };
    expect(computationOf(chosen)).toEqual({
      ...{ restok: version, backend: 'restok-node', 'matrix products': 'blas (libblas.so)', threads: '2' },
    });
  });
});

describe('computationOfShards', () => {
  const shard = (pictures: number, threads: string) => ({
    pictures,
    computation: { backend: 'cpu', threads },
  });

  it('says once what all shards share, and each of what differs', () => {
    expect(computationOfShards([shard(8, '2'), shard(8, '1'), shard(3, '2')])).toEqual({
      backend: 'cpu',
      threads: '2; 1',
    });
  });

  it('leaves shards without pictures out, and says where a shard does not tell', () => {
    expect(computationOfShards([shard(8, '2'), shard(0, '7'), { pictures: 1 }])).toEqual({
      backend: 'cpu; unknown',
      threads: '2; unknown',
    });
  });
});
