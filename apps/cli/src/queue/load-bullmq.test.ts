import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error';
import { loadQueuePackages } from './load-bullmq';

describe('loadQueuePackages', () => {
  it('says in one line what to install where a package is missing', async () => {
    const load = loadQueuePackages(() =>
      Promise.reject(Object.assign(new Error('no bullmq'), { code: 'ERR_MODULE_NOT_FOUND' })),
    );
    await expect(load).rejects.toThrow(UsageError);
    await expect(load).rejects.toThrow(/npm install bullmq@6 ioredis@6\.$/);
  });

  it('hides no other error', async () => {
    await expect(loadQueuePackages(() => Promise.reject(new Error('broken')))).rejects.toThrow(/^broken$/);
  });

  it('loads what is installed', async () => {
    const { bullmq, ioredis } = await loadQueuePackages();
    expect([typeof bullmq.Worker, typeof ioredis.Redis]).toEqual(['function', 'function']);
  });
});
