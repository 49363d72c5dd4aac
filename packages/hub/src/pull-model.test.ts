import { readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runKilled } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubHub } from '../test/hub-environment';
import type { FakeHub } from '../test/hub-server';
import { bytesOf, COMMIT, fakeHub, gitSha1, sha256 } from '../test/hub-server';
import { f32, safetensorsBytes } from '../test/safetensors-bytes';
import { temporaryFolder } from '../test/temporary-folder';
import { pullModel } from './pull-model';

const at = temporaryFolder();
const hub: FakeHub = await fakeHub();

const CONFIG = '{"name":"small"}';
/** 3 MB, so that it is cut between pieces. */
const VALUES = 750_000;
const WEIGHTS = safetensorsBytes({ weight: f32([VALUES], 0, VALUES * 4) }, VALUES * 4);
WEIGHTS.subarray(200).forEach((_, i, bytes) => (bytes[i] = (i * 31) % 251));
const FILES = { 'config.json': CONFIG, 'README.md': '# small', 'model.safetensors': WEIGHTS };
const TOTAL = bytesOf(CONFIG).length + 7 + WEIGHTS.length;
const MODEL = 'owner/small';

let tests = 0;
let cache: string;
let folder: string;

beforeEach(() => {
  cache = at(`cache-${tests++}`);
  folder = join(cache, 'models--owner--small');
  stubHub(hub, cache);
  hub.reset();
  hub.models.set(`${MODEL}@main`, { commit: COMMIT, files: FILES });
});

afterEach(() => vi.unstubAllEnvs());

async function hasWeights(snapshot: string): Promise<boolean> {
  return (await readFile(join(snapshot, 'model.safetensors'))).equals(WEIGHTS);
}

/** Nothing but whole blobs. */
async function blobs(): Promise<string[]> {
  return (await readdir(join(folder, 'blobs'))).sort();
}

describe('pullModel', () => {
  it('lays the cache out as huggingface_hub does', async () => {
    const pulled = await pullModel(MODEL);
    expect(pulled).toEqual({
      ...{ model: MODEL, commit: COMMIT, files: 3, bytes: TOTAL, missingBytes: TOTAL, fromCache: false },
      folder: join(folder, 'snapshots', COMMIT),
    });
    expect(await readFile(join(folder, 'refs/main'), 'utf8')).toBe(COMMIT);
    expect(await blobs()).toEqual(
      [gitSha1(bytesOf(CONFIG)), gitSha1(bytesOf('# small')), sha256(WEIGHTS)].sort(),
    );
    expect(await readlink(join(pulled.folder, 'model.safetensors'))).toBe(`../../blobs/${sha256(WEIGHTS)}`);
    expect(await readlink(join(pulled.folder, 'config.json'))).toBe(
      `../../blobs/${gitSha1(bytesOf(CONFIG))}`,
    );
    expect(await hasWeights(pulled.folder)).toBe(true);
  });

  it('downloads several files at once', async () => {
    const half = (name: string): Uint8Array => safetensorsBytes({ [name]: f32([4], 0, 16) }, 16);
    const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
    const index = JSON.stringify({ weight_map: { a: first, b: second } });
    const files = {
      'config.json': CONFIG,
      'model.safetensors.index.json': index,
      [first]: half('a'),
      [second]: half('b'),
    };
    hub.models.set(`${MODEL}@main`, { commit: COMMIT, files });
    // Neither is answered before both are asked for, so that one after the other would never end.
    const waiting = new Map<string, () => void>();
    for (const name of [first, second]) {
      hub.misbehaviours.set(name, (_request, response, content) => {
        waiting.set(name, () => response.writeHead(200, { 'content-length': content.length }).end(content));
        if (waiting.size === 2) {
          waiting.forEach((answer) => answer());
        }
      });
    }
    const { folder: snapshot } = await pullModel(MODEL);
    expect([...waiting.keys()].sort()).toEqual([first, second]);
    for (const name of [first, second]) {
      expect((await readFile(join(snapshot, name))).equals(files[name]!), name).toBe(true);
    }
  });

  it('says what it will download before it does, then how far it is', async () => {
    const events: string[] = [];
    const done: number[] = [];
    await pullModel(MODEL, {
      onPlan: ({ bytes, missingBytes }) =>
        events.push(`${missingBytes}/${bytes}, ${hub.contentRequests.length}`),
      onDownload: (progress) => {
        events.push('progress');
        done.push(progress.done);
        expect(progress.total).toBe(TOTAL);
      },
    });
    expect(events.slice(0, 2)).toEqual([`${TOTAL}/${TOTAL}, 0`, 'progress']);
    expect(done[0]).toBe(0);
    expect(done.at(-1)).toBe(TOTAL);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('downloads nothing twice', async () => {
    await pullModel(MODEL);
    hub.contentRequests.length = 0;
    expect((await pullModel(MODEL)).missingBytes).toBe(0);
    expect(hub.contentRequests).toEqual([]);
    // The same weights under another commit.
    const other = 'f'.repeat(40);
    hub.models.set(`${MODEL}@v2`, { commit: other, files: { ...FILES, 'README.md': '# other' } });
    const pulled = await pullModel(`${MODEL}@v2`);
    expect(pulled.missingBytes).toBe(7);
    expect(hub.contentRequests).toEqual([]);
    expect(await readFile(join(folder, 'refs/v2'), 'utf8')).toBe(other);
    expect(await blobs()).toHaveLength(4);
  });

  it('does not ask for a whole commit that is there', async () => {
    await pullModel(MODEL);
    hub.requests.length = 0;
    expect(await pullModel(MODEL, { revision: COMMIT })).toMatchObject({ commit: COMMIT, fromCache: true });
    expect(hub.requests).toEqual([]);
  });

  it('gets the shards that an index names, and no pickles or other files', async () => {
    const shard = safetensorsBytes({ a: f32([1], 0, 4) }, 4);
    const index = JSON.stringify({ weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } });
    hub.models.set(`${MODEL}@main`, {
      commit: COMMIT,
      files: {
        'config.json': CONFIG,
        'model.safetensors.index.json': index,
        'model-1.safetensors': shard,
        'model-2.safetensors': shard.slice().fill(1, -4),
        'other.safetensors': shard,
        'pytorch_model.bin': 'pickle',
        'code.py': 'print()',
        LICENSE: 'free',
      },
    });
    const pulled = await pullModel(MODEL);
    expect((await readdir(pulled.folder)).sort()).toEqual([
      'LICENSE',
      'config.json',
      'model-1.safetensors',
      'model-2.safetensors',
      'model.safetensors.index.json',
    ]);
  });

  it('works without a network once a model is there, and says what to do where it is not', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(pullModel(MODEL)).rejects.toThrow(
      /^openHub: owner\/small at main is not in the cache .*, and it cannot be fetched: HF_HUB_OFFLINE is set\. Pull it/,
    );
    expect(hub.requests).toEqual([]);
    vi.stubEnv('HF_HUB_OFFLINE', '');
    const { folder: snapshot } = await pullModel(MODEL);
    hub.requests.length = 0;
    vi.stubEnv('HF_HUB_OFFLINE', 'yes');
    expect(await pullModel(MODEL)).toEqual({
      ...{ model: MODEL, commit: COMMIT, folder: snapshot, fromCache: true },
      ...{ files: 3, bytes: TOTAL, missingBytes: 0 },
    });
    expect(hub.requests).toEqual([]);
    // What is not whole is as good as nothing.
    await rm(join(snapshot, 'model.safetensors'));
    await expect(pullModel(MODEL)).rejects.toThrow('is not in the cache');
  });

  it('uses an earlier pull when nobody answers', async () => {
    await pullModel(MODEL);
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
    expect(await pullModel(MODEL)).toMatchObject({ commit: COMMIT, fromCache: true });
  });

  it('sends the token to the hub and to nobody else', async () => {
    hub.models.set(`${MODEL}@main`, { commit: COMMIT, files: FILES, token: 'hf_secret' });
    await expect(pullModel(MODEL)).rejects.toThrow(
      `openHub: owner/small is gated. Accept its terms at ${hub.address}/owner/small, then: Set HF_TOKEN to a token that may read it.`,
    );
    hub.authorizations.hub.length = 0;
    await writeFile(at('token'), 'hf_secret\n');
    vi.stubEnv('HF_TOKEN_PATH', at('token'));
    await pullModel(MODEL);
    expect(new Set(hub.authorizations.hub)).toEqual(new Set(['Bearer hf_secret']));
    expect(hub.authorizations.content).toEqual([undefined]);
  });

  it('lets two pulls of one model be', async () => {
    const [first, second] = await Promise.all([pullModel(MODEL), pullModel(MODEL)]);
    expect(first.folder).toBe(second.folder);
    expect(await hasWeights(first.folder)).toBe(true);
    expect((await blobs()).filter((name) => name.includes('.'))).toEqual([]);
  });

  it('goes on where a killed process stopped, to the same bytes', async () => {
    // The content network stops in the middle, so that the process is killed there.
    hub.misbehaviours.set('model.safetensors', (_request, response, content) => {
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 2_000_000));
    });
    const program = `
      import { pullModel } from './pull-model.mjs';
      const onDownload = ({ done }) => { if (done > 1_500_000) { console.log(done); } };
      await pullModel('${MODEL}', { onDownload });
    `;
    const sources = fileURLToPath(new URL('./pull-model.ts', import.meta.url));
    expect(await runKilled({ sources, folder: at('killed'), program })).toBe('SIGKILL');
    const left = (await blobs()).filter((name) => name.startsWith(sha256(WEIGHTS)));
    expect(left).toEqual([expect.stringMatching(/\.incomplete$/)]);
    await expect(readFile(join(folder, 'refs/main'))).rejects.toThrow('ENOENT');
    hub.misbehaviours.clear();
    hub.contentRequests.length = 0;
    const { folder: snapshot } = await pullModel(MODEL);
    expect(await hasWeights(snapshot)).toBe(true);
    const start = Number(/bytes=(\d+)-$/.exec(hub.contentRequests[0]!)?.[1]);
    expect(start).toBeGreaterThan(1_000_000);
    expect(await blobs()).toHaveLength(3);
  });
});
