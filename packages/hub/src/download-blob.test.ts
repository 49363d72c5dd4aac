import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeHub } from '../test/hub-server';
import { COMMIT, fakeHub, sendAndCut, sendFile, sha256 } from '../test/hub-server';
import { temporaryFolder } from '../test/temporary-folder';
import { downloadBlob } from './download-blob';
import type { HubAccess } from './hub-request';

const at = temporaryFolder();
const hub: FakeHub = await fakeHub();

/** 3 MB, so that it arrives in many pieces. */
const WEIGHTS = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251);
const FILE = {
  path: 'model.safetensors',
  bytes: WEIGHTS.length,
  checksum: sha256(WEIGHTS),
  checksumKind: 'sha256',
} as const;

let tests = 0;
let folder: string;

beforeEach(() => {
  hub.reset();
  hub.models.set('owner/small@main', { commit: COMMIT, files: { [FILE.path]: WEIGHTS } });
  folder = at(`blobs-${tests++}`);
});

function download(access: Partial<HubAccess> = {}, onBytes?: (count: number) => void): Promise<void> {
  return downloadBlob({
    file: FILE,
    model: { name: 'owner/small', revision: 'main' },
    access: {
      endpoint: hub.address,
      headers: {},
      withoutToken: 'Set a token',
      timeLimit: { milliseconds: 10_000, minBytes: 1 },
      ...access,
    },
    address: `${hub.address}/owner/small/resolve/${COMMIT}/${FILE.path}`,
    blob: join(folder, FILE.checksum),
    onBytes,
  });
}

/** Whether the folder holds the file and nothing else. */
async function isWhole(): Promise<boolean> {
  const names = await readdir(folder);
  return names.join() === FILE.checksum && (await readFile(join(folder, FILE.checksum))).equals(WEIGHTS);
}

async function incompleteFiles(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.incomplete'));
}

/** Where the requests to the content network began. */
function starts(): number[] {
  return hub.contentRequests.map((line) => Number(/bytes=(\d+)-$/.exec(line)?.[1] ?? 0));
}

/** Stops in the middle, and gives the error. */
async function stoppedDownload(): Promise<unknown> {
  const controller = new AbortController();
  hub.misbehaviours.set(FILE.path, (_request, response, content) => {
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1_000_000));
  });
  const stop = (): void => controller.abort(new Error('stopped by the user'));
  return download({ signal: controller.signal }, (count) => count > 0 && stop()).catch(
    (error: unknown) => error,
  );
}

describe('downloadBlob', () => {
  it('counts every byte once', async () => {
    let total = 0;
    await download({}, (count) => (total += count));
    expect(total).toBe(WEIGHTS.length);
    expect(await isWhole()).toBe(true);
  });

  it('refuses wrong bytes, keeps none of them, and gets the right ones the next time', async () => {
    hub.misbehaviours.set(FILE.path, (request, response, content, attempt) =>
      sendFile(request, response, attempt === 1 ? content.slice().fill(7, 1000, 1001) : content),
    );
    let total = 0;
    await expect(download({}, (count) => (total += count))).rejects.toThrow(
      /^openHub: model\.safetensors of owner\/small has the checksum [0-9a-f]{64}, expected [0-9a-f]{64}\. It was dropped/,
    );
    expect(total).toBe(0);
    expect(await readdir(folder)).toEqual([]);
    await download();
    expect(await isWhole()).toBe(true);
  });

  it('refuses more bytes than there should be', async () => {
    hub.misbehaviours.set(FILE.path, (_request, response, content) =>
      response.end(Buffer.concat([content, Buffer.from('x')])),
    );
    await expect(download()).rejects.toThrow('is longer than the 3000000 bytes it should have');
  });

  it('goes on after cut connections where they were cut', async () => {
    hub.misbehaviours.set(FILE.path, (request, response, content, attempt) =>
      attempt < 3 ? sendAndCut(request, response, content, 1_200_000) : sendFile(request, response, content),
    );
    await download();
    expect(await isWhole()).toBe(true);
    const [first, second, third, ...more] = starts();
    expect([first, more.length]).toEqual([0, 0]);
    expect(second).toBeGreaterThan(0);
    expect(third).toBeGreaterThan(second!);
  });

  it('has patience with a connection that is cut often but brings much each time', async () => {
    hub.misbehaviours.set(FILE.path, (request, response, content) =>
      sendAndCut(request, response, content, 1_100_000),
    );
    // Three pieces: the last is whole, so nothing is cut.
    await download();
    expect(await isWhole()).toBe(true);
  });

  it('starts again at a server that ignores ranges', async () => {
    hub.misbehaviours.set(FILE.path, (request, response, content, attempt) => {
      if (attempt === 1) {
        sendAndCut(request, response, content, 1_200_000);
      } else {
        response.writeHead(200, { 'content-length': content.length }).end(content);
      }
    });
    let total = 0;
    await download({}, (count) => (total += count));
    expect(total).toBe(WEIGHTS.length);
    expect(await isWhole()).toBe(true);
  });

  it('does not take a part from elsewhere', async () => {
    hub.misbehaviours.set(FILE.path, (request, response, content, attempt) => {
      if (attempt === 1) {
        sendAndCut(request, response, content, 1_200_000);
      } else {
        response.writeHead(206, { 'content-range': `bytes 5-9/${content.length}` }).end('12345');
      }
    });
    await expect(download()).rejects.toThrow('it gave "bytes 5-9/3000000" instead of bytes ');
  });

  it.each([
    ['right', WEIGHTS.subarray(0, 1_000_000), [1_000_000]],
    ['wrong', new Uint8Array(1_000_000), [1_000_000, 0]],
    ['too long', new Uint8Array(4_000_000), [0]],
    ['whole', WEIGHTS, []],
  ])('goes on with what an ended process has left, where that is %s', async (_what, left, wanted) => {
    await stoppedDownload();
    const [name] = await incompleteFiles();
    await writeFile(join(folder, name!), left);
    hub.misbehaviours.clear();
    hub.contentRequests.length = 0;
    await download();
    expect(starts()).toEqual(wanted);
    expect(await isWhole()).toBe(true);
  });

  it("leaves other programs' downloads alone", async () => {
    await mkdir(folder, { recursive: true });
    const others = [`${FILE.checksum}.incomplete`, `${FILE.checksum}.1a2b3c4d.incomplete`];
    await Promise.all(others.map((name) => writeFile(join(folder, name), 'theirs')));
    await download();
    expect(starts()).toEqual([0]);
    expect(await incompleteFiles()).toEqual(others.sort());
  });

  it('waits as long as a busy server asks', async () => {
    hub.misbehaviours.set(FILE.path, (request, response, content, attempt) =>
      attempt === 1
        ? response.writeHead(429, { 'retry-after': '1' }).end()
        : sendFile(request, response, content),
    );
    const startedAt = performance.now();
    await download();
    // Timers may be a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    hub.misbehaviours.set(FILE.path, (_request, response) =>
      response.writeHead(503, { 'retry-after': '3600' }).end(),
    );
    folder = at('busy');
    await expect(download()).rejects.toThrow('in 1 attempt (it answered 503 and asked to wait 3600 s)');
  });

  it('gives up a server that drips, and goes on', async () => {
    const drips: NodeJS.Timeout[] = [];
    hub.misbehaviours.set(FILE.path, (request, response, content, attempt) => {
      if (attempt > 1) {
        return sendFile(request, response, content);
      }
      response.writeHead(200, { 'content-length': content.length });
      let sent = 0;
      drips.push(setInterval(() => response.write(content.subarray(sent, ++sent)), 20));
    });
    await download({ timeLimit: { milliseconds: 200, minBytes: 100 } }).finally(() =>
      drips.forEach((drip) => clearInterval(drip)),
    );
    expect(await isWhole()).toBe(true);
    expect(starts()[1]).toBeGreaterThan(0);
    expect(starts()).toHaveLength(2);
  });

  it('gives up a server that is silent', async () => {
    hub.misbehaviours.set(FILE.path, () => undefined);
    await expect(download({ timeLimit: { milliseconds: 100, minBytes: 1 } })).rejects.toThrow(
      'in 4 attempts (its server gave 0 bytes in 0.1 s)',
    );
  });

  it('stops with the reason of its signal, and leaves what it has for the next time', async () => {
    const reason = await stoppedDownload();
    expect(reason).toEqual(new Error('stopped by the user'));
    expect(await incompleteFiles()).toHaveLength(1);
  });

  it('says what to do when the disk refuses', async () => {
    await mkdir(at('taken'));
    await writeFile(at('taken', 'file'), '');
    folder = at('taken', 'file');
    await expect(download()).rejects.toThrow(/cannot be written \(.*HF_HUB_CACHE/);
  });
});
