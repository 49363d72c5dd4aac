import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMIT, hubOfOneModel } from '../../test/hub-of-one-model';
import { runCommand } from '../../test/run-command';
import { temporaryFolder } from '../../test/temporary-folder';
import { writeNoise } from '../../test/sample-pictures';
import { saveTinyModel } from '../../test/tiny-model';

const folder = temporaryFolder();
let files: Record<string, Uint8Array>;
const hub = await hubOfOneModel(() => files);
let cache: string;
let runs = 0;

beforeAll(async () => {
  const model = await saveTinyModel(join(folder, 'model'));
  files = {
    'config.json': await readFile(join(model, 'config.json')),
    'model.safetensors': await readFile(join(model, 'model.safetensors')),
    'pytorch_model.bin': new Uint8Array(10),
  };
});

beforeEach(() => {
  cache = join(folder, `cache-${runs++}`);
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_HUB_CACHE', cache);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_TOKEN_PATH', join(folder, 'no-token'));
  hub.requests.length = 0;
});

afterEach(() => vi.unstubAllEnvs());

/** Requests for the weights. */
function weightRequests(): string[] {
  return hub.requests.filter((line) => line.includes('/model.safetensors'));
}

describe('pull', () => {
  it('says the size, then where the files are', async () => {
    const { code, stdout, stderr } = await runCommand('pull', 'owner/tiny');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const snapshot = join(cache, 'models--owner--tiny/snapshots', COMMIT);
    const [first, second, ...more] = stdout.split('\n');
    expect(first).toMatch(new RegExp(`^owner/tiny at ${COMMIT}: 2 files, ([\\d.]+ [kM]B); \\1 to download$`));
    expect([second, ...more]).toEqual([snapshot, '']);
    expect((await readFile(join(snapshot, 'model.safetensors'))).equals(files['model.safetensors']!)).toBe(
      true,
    );
    expect((await runCommand('pull', 'owner/tiny')).stdout).toContain('; 0.0 kB to download');
  });

  it('says it as JSON, and takes a revision', async () => {
    hub.commits.set('v1', 'a'.repeat(40));
    const { stdout } = await runCommand('pull', 'owner/tiny', '--revision', 'v1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'owner/tiny',
      commit: 'a'.repeat(40),
      files: 2,
      fromCache: false,
    });
  });

  it('works without a network once a model is there', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const refused = await runCommand('pull', 'owner/tiny');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^openHub: owner\/tiny at main is not in the cache .*HF_HUB_OFFLINE is set/,
    );
    vi.stubEnv('HF_HUB_OFFLINE', '');
    await runCommand('pull', 'owner/tiny');
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    hub.requests.length = 0;
    expect((await runCommand('pull', 'owner/tiny')).stdout).toContain(', as it was pulled before\n');
    expect(hub.requests).toEqual([]);
  });

  it('is one line for a model that is not there', async () => {
    const { code, stderr } = await runCommand('pull', 'owner/none');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^openHub: there is no folder owner\/none here[^\n]*\n$/);
  });
});

describe('info', () => {
  it('reads only headers of a model on a hub', async () => {
    const { code, stdout } = await runCommand('info', 'owner/tiny@main', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'tokenizer', numLatents: 8, dtypes: ['F32'] });
    const weights = Buffer.from(files['model.safetensors']!);
    const ends = weightRequests().map((line) => Number(/bytes=\d+-(\d+)$/.exec(line)![1]));
    expect(Math.max(...ends)).toBe(8 + Number(weights.readBigUInt64LE(0)) - 1);
    await expect(readFile(join(cache, 'models--owner--tiny/refs/main'))).rejects.toThrow('ENOENT');
  });

  it('reads a model that was pulled without asking for its files', async () => {
    await runCommand('pull', 'owner/tiny');
    hub.requests.length = 0;
    expect((await runCommand('info', 'owner/tiny', '--revision', 'main')).code).toBe(0);
    expect(weightRequests()).toEqual([]);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    hub.requests.length = 0;
    expect((await runCommand('info', 'owner/tiny')).code).toBe(0);
    expect(hub.requests).toEqual([]);
  });
});

describe('a command that runs a model', () => {
  it('takes a hub id and brings its files first', async () => {
    const picture = await writeNoise(join(folder, 'picture.png'), 1);
    const codes = join(folder, 'codes.npz');
    const { code } = await runCommand('encode', picture, '--model', 'owner/tiny', '--out', codes);
    expect(code).toBe(0);
    expect((await readFile(codes)).length).toBeGreaterThan(0);
    expect(await readFile(join(cache, 'models--owner--tiny/refs/main'), 'utf8')).toBe(COMMIT);
  });
});
