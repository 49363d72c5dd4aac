import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMIT } from '../test/hub-server';
import { temporaryFolder } from '../test/temporary-folder';
import { HubCache } from './hub-cache';
import type { HubFile } from './hub-listing';

const at = temporaryFolder();
const FILE: HubFile = { path: 'sub/a.json', bytes: 2, checksum: 'c'.repeat(40), checksumKind: 'git-sha1' };

async function withBlob(cache: HubCache): Promise<HubCache> {
  await mkdir(join(cache.folder, 'blobs'), { recursive: true });
  await writeFile(cache.blob(FILE), '{}');
  return cache;
}

describe('HubCache', () => {
  it('places a file as a link, twice, too', async () => {
    const cache = await withBlob(new HubCache(at('links'), 'owner/name'));
    expect(cache.folder).toBe(at('links/models--owner--name'));
    await cache.place(COMMIT, FILE);
    await cache.place(COMMIT, FILE);
    const place = join(cache.snapshot(COMMIT), FILE.path);
    expect((await lstat(place)).isSymbolicLink()).toBe(true);
    expect(await readFile(place, 'utf8')).toBe('{}');
    expect(await cache.has(COMMIT, FILE)).toBe(true);
    expect(await cache.has(COMMIT, { ...FILE, bytes: 3 })).toBe(false);
  });

  it('places the file itself where the system refuses links', async () => {
    const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' }));
    const cache = await withBlob(new HubCache(at('files'), 'owner/name', refuse));
    await cache.place(COMMIT, FILE);
    const place = join(cache.snapshot(COMMIT), FILE.path);
    expect((await lstat(place)).isFile()).toBe(true);
    expect(await readFile(place, 'utf8')).toBe('{}');
    expect(await cache.hasBlob(FILE)).toBe(true);
  });

  it('remembers the commit of a branch, and takes nothing else for one', async () => {
    const cache = new HubCache(at('refs'), 'owner/name');
    expect(await cache.commitOf('refs/pr/1')).toBeUndefined();
    await cache.setCommit('refs/pr/1', COMMIT);
    expect(await cache.commitOf('refs/pr/1')).toBe(COMMIT);
    expect(await cache.commitOf(COMMIT)).toBe(COMMIT);
    await writeFile(join(cache.folder, 'refs/refs/pr/1'), '../../evil');
    expect(await cache.commitOf('refs/pr/1')).toBeUndefined();
  });

  it('knows whether a commit holds a whole model', async () => {
    const cache = new HubCache(at('whole'), 'owner/name');
    const snapshot = cache.snapshot(COMMIT);
    await mkdir(snapshot, { recursive: true });
    const put = (name: string, text = ''): Promise<void> => writeFile(join(snapshot, name), text);
    await put('config.json', '{}');
    expect(await cache.whole(COMMIT)).toBeUndefined();
    const map = { weight_map: { a: '1.safetensors', b: '2.safetensors' } };
    await put('model.safetensors.index.json', JSON.stringify(map));
    await put('1.safetensors');
    expect(await cache.whole(COMMIT)).toBeUndefined();
    await put('2.safetensors');
    expect(await cache.whole(COMMIT)).toBe(snapshot);
    expect(await cache.whole(undefined)).toBeUndefined();
  });
});
