import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchTarball } from './fetch-tarball';
import type { EmojiSource } from './sources';
import { emojiSources } from './sources';

const TARBALL = Buffer.from('the bytes of a tarball');
const sha512 = (bytes: Buffer): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
const source: EmojiSource = { ...emojiSources[0]!, integrity: sha512(TARBALL) };

let home: string;
let server: ReturnType<typeof createServer>;
/** How the registry answers when it is asked for the tarball. */
let answer: RequestListener;

beforeEach(async () => {
  // The client of the registry keeps its cache there.
  home = await mkdtemp(join(tmpdir(), 'restok-home-'));
  vi.stubEnv('HOME', home);
  server = createServer((request, response) => {
    if (request.url === '/x.tgz') {
      answer(request, response);
      return;
    }
    const { packageName: name, version } = source;
    const dist = { tarball: `${registry()}/x.tgz`, integrity: source.integrity };
    response.setHeader('content-type', 'application/json');
    const known = request.url === `/${name}`;
    response.statusCode = known ? 200 : 404;
    response.end(JSON.stringify(known ? { name, versions: { [version]: { name, version, dist } } } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('npm_config_registry', registry());
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

function registry(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('fetchTarball', () => {
  it('fetches the pinned version from the registry of the environment', async () => {
    answer = (_request, response) => response.end(TARBALL);
    expect(Buffer.from(await fetchTarball(source, {}))).toEqual(TARBALL);
  });

  it('refuses bytes of another integrity, in one line', async () => {
    answer = (_request, response) => response.end('other bytes');
    const fetching = fetchTarball(source, {});
    await expect(fetching).rejects.toThrow(DataError);
    await expect(fetching).rejects.toThrow(
      /^fetchTarball: emoji-datasource-google@16\.0\.0 could not be fetched \([^\n]*integrity[^\n]*\)\. Check the[^\n]*$/,
    );
  });

  it('says that the registry does not have it', async () => {
    const unknown = { ...source, packageName: 'no-such-package' };
    await expect(fetchTarball(unknown, {})).rejects.toThrow(
      /^fetchTarball: no-such-package@16\.0\.0 could not be fetched \(404[^\n]*\)\. Check the connection/,
    );
  });

  it('stops with the reason of its signal, before and while it fetches', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(TARBALL);
      controller.abort(reason);
    };
    await expect(fetchTarball(source, { signal: controller.signal })).rejects.toBe(reason);
    await expect(fetchTarball(source, { signal: controller.signal })).rejects.toBe(reason);
  });
});
