import { DataError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { QueuedWork } from './queued-job';
import { queuedShard, workId } from './queued-job';

const work: QueuedWork = {
  format: 'restok-queue-1',
  command: 'extract',
  options: { data: 'd', out: 'o' },
  shards: 4,
};

describe('queuedShard', () => {
  it('takes what was queued', () => {
    expect(queuedShard({ ...work, shard: 2 }, 'job')).toEqual({ ...work, shard: 2 });
  });

  it.each([
    { ...work },
    { ...work, shard: 0 },
    { ...work, shard: 1, command: 'rm -r' },
    { ...work, shard: 1, script: 'x' },
    { ...work, shard: 1, format: 'restok-queue-2' },
    'x',
  ])('refuses %j', (data) => {
    expect(() => queuedShard(data, 'job')).toThrow(DataError);
  });
});

describe('workId', () => {
  it('is the same for the same work, whatever the order of its options', () => {
    const id = workId(work);
    expect(workId({ ...work, options: { out: 'o', data: 'd' } })).toBe(id);
    expect(id).toMatch(/^extract-[0-9a-f]{16}$/);
    expect(workId({ ...work, shards: 5 })).not.toBe(id);
    expect(workId({ ...work, options: { data: 'd', out: 'p' } })).not.toBe(id);
  });
});
