import { beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, fakeHub, sendAndCut, sendFile } from '../test/hub-server';
import { MemoryCaches } from '../test/memory-caches';
import { openHub } from './open-hub-in-page';
import { PageCache } from './page-cache';

const hub = await fakeHub();
const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251);
const FILES = { 'config.json': '{"name":"small"}', 'model.safetensors': WEIGHTS };
const TOTAL = 16 + WEIGHTS.length;

let caches: MemoryCaches;

beforeEach(() => {
  hub.reset();
  hub.models.set('owner/small@main', { commit: COMMIT, files: FILES });
  caches = new MemoryCaches();
});

const open = (options: Parameters<typeof openHub>[1] = {}): ReturnType<typeof openHub> =>
  openHub('owner/small', { endpoint: hub.address, ...options }, new PageCache(caches));

describe('openHub in a page', () => {
  it('brings the files into the cache of the page, and tells how far it is', async () => {
    const done: number[] = [];
    const source = await open({
      onDownload: (progress) => {
        expect(progress.total).toBe(TOTAL);
        done.push(progress.done);
      },
    });
    expect(done.at(-1)).toBe(TOTAL);
    expect(await source.size('model.safetensors')).toBe(WEIGHTS.length);
    expect(await source.size('config.yaml')).toBeUndefined();
    expect([...(await source.read('model.safetensors', 1000, 1003))]).toEqual([
      ...WEIGHTS.subarray(1000, 1003),
    ]);
    await expect(source.read('model.safetensors', 0, 300_001)).rejects.toThrow('ends at byte 300000');
    expect(caches.addresses()).toEqual([
      `${hub.address}/api/models/owner/small/revision/main?blobs=true`,
      `${hub.address}/owner/small/resolve/${COMMIT}/config.json`,
      `${hub.address}/owner/small/resolve/${COMMIT}/model.safetensors`,
    ]);
  });

  it('downloads nothing twice, and needs no hub once a model is there', async () => {
    await open();
    hub.contentRequests.length = 0;
    const again = await open();
    expect(hub.contentRequests).toEqual([]);
    expect(await again.size('config.json')).toBe(16);
    hub.api = (_request, response) => response.socket?.destroy();
    expect(await (await open()).size('model.safetensors')).toBe(WEIGHTS.length);
  });

  it('works where the page has no cache', async () => {
    const source = await openHub('owner/small', { endpoint: hub.address }, new PageCache(undefined));
    expect([...(await source.read('model.safetensors', 0, 2))]).toEqual([0, 31]);
  });

  it('works where the cache is full, and says so once', async () => {
    let told = 0;
    const onNotKept = (): number => (told += 1);
    await open({ onNotKept });
    expect(told).toBe(0);
    caches = new MemoryCaches();
    caches.isFull = true;
    const source = await open({ onNotKept });
    expect([...(await source.read('model.safetensors', 0, 2))]).toEqual([0, 31]);
    expect(told).toBe(1);
  });

  it('downloads four files at a time', async () => {
    const shards = ['a', 'b', 'c', 'd', 'e'].map((name) => `model-${name}.safetensors`);
    const weight_map = Object.fromEntries(shards.map((shard) => [shard, shard]));
    const files = {
      'config.json': '{}',
      'model.safetensors.index.json': JSON.stringify({ weight_map }),
      ...Object.fromEntries(shards.map((shard) => [shard, WEIGHTS])),
    };
    hub.models.set('owner/small@main', { commit: COMMIT, files });
    const waiting: (() => void)[] = [];
    let most = 0;
    for (const shard of shards) {
      hub.misbehaviours.set(shard, (request, response, content) => {
        waiting.push(() => sendFile(request, response, content));
        most = Math.max(most, waiting.length);
        // Nothing is answered before four are asked for, or the fifth alone is.
        if (waiting.length === 4 || hub.contentRequests.length === 5) {
          waiting.splice(0).forEach((answer) => answer());
        }
      });
    }
    const source = await open();
    expect(await source.size(shards[4]!)).toBe(WEIGHTS.length);
    expect(most).toBe(4);
  });

  it('ends when it is cancelled, and keeps no part of a file', async () => {
    const control = new AbortController();
    hub.misbehaviours.set('model.safetensors', (_request, response, content) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    });
    const onDownload = ({ done }: { readonly done: number }): void => {
      if (done >= 1000) {
        control.abort(new Error('enough'));
      }
    };
    await expect(open({ signal: control.signal, onDownload })).rejects.toThrow('enough');
    expect(caches.addresses()).not.toContainEqual(expect.stringContaining('model.safetensors'));
  });

  it('goes on after a cut, and refuses wrong bytes', async () => {
    hub.misbehaviours.set('model.safetensors', (request, response, content, attempt) =>
      attempt === 1 ? sendAndCut(request, response, content, 100_000) : sendFile(request, response, content),
    );
    await open();
    expect(hub.contentRequests).toHaveLength(2);
    expect(hub.contentRequests[1]).toMatch(/bytes=[1-9]\d*-$/);
    caches = new MemoryCaches();
    hub.misbehaviours.set('model.safetensors', (request, response, content) =>
      sendFile(request, response, content.slice().fill(9, 5, 6)),
    );
    await expect(open()).rejects.toThrow(/has the checksum [0-9a-f]{64}, expected [0-9a-f]{64}/);
    expect(caches.addresses()).not.toContainEqual(expect.stringContaining('model.safetensors'));
  });

  it('tells of files where a model needs a token: a page has no environment to set one in', async () => {
    hub.models.set('owner/small@main', { commit: COMMIT, files: FILES, token: 'hf_secret' });
    await expect(open()).rejects.toThrow(
      `openHub: owner/small is gated. Accept its terms at ${hub.address}/owner/small, then: Download its folder there and open its files here.`,
    );
    const missing = openHub('owner/none', { endpoint: hub.address }, new PageCache(caches));
    await expect(missing).rejects.toThrow(
      /Where the model is private: Download its folder there and open its files here\.$/,
    );
    await expect(open({ headers: { Authorization: 'Bearer hf_other' } })).rejects.toThrow(
      'then: Check that the token may read it.',
    );
    expect(await (await open({ headers: { Authorization: 'Bearer hf_secret' } })).size('config.json')).toBe(
      16,
    );
  });

  it('gets shards, and reads by ranges what is asked for where it has no files', async () => {
    const index = JSON.stringify({ weight_map: { a: 'model-1.safetensors' } });
    hub.models.set('owner/small@main', {
      commit: COMMIT,
      files: {
        'config.json': '{}',
        'model.safetensors.index.json': index,
        'model-1.safetensors': WEIGHTS,
      },
    });
    expect(await (await open()).size('model-1.safetensors')).toBe(WEIGHTS.length);
    hub.contentRequests.length = 0;
    const ranges = await open({ access: 'ranges' });
    await ranges.read('model-1.safetensors', 0, 8);
    expect(hub.contentRequests).toEqual([]);
    caches = new MemoryCaches();
    await (await open({ access: 'ranges' })).read('model-1.safetensors', 0, 8);
    expect(hub.contentRequests.map((line) => line.split(' ')[2])).toEqual(['bytes=0-7']);
  });

  it('refuses names that leave the model, and sends headers to the hub alone', async () => {
    await open({ headers: { Authorization: 'Bearer hf_secret' } });
    expect(new Set(hub.authorizations.hub)).toEqual(new Set(['Bearer hf_secret']));
    expect(hub.authorizations.content).toEqual([undefined]);
    hub.models.set('owner/small@main', { commit: COMMIT, files: { ...FILES, '../x.json': '' } });
    await expect(open()).rejects.toThrow('leaves the model folder');
  });
});
