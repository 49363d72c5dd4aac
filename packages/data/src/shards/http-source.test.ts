import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DataError } from '@restok/core/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { onePixelPng, tarBytes } from '../../test/shard-files';
import { openHttpSource } from './http-source';
import { openShards } from './open-shards';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close().closeAllConnections()));

/** The address of a server that answers so. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As a server that knows ranges answers. */
function ranges(bytes: Uint8Array): RequestListener {
  return ({ headers }, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '')!;
    const part = bytes.subarray(Number(from), Number(to) + 1);
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` }).end(part);
  };
}

/** No waiting in tests. */
const AT_ONCE = { retryAfter: [0] };

describe('openHttpSource', () => {
  it('reads parts', async () => {
    const source = await openHttpSource(`${await serve(ranges(Uint8Array.of(1, 2, 3, 4, 5)))}/a.tar`);
    expect(source.size).toBe(5);
    expect(await source.read(1, 3)).toEqual(Uint8Array.of(2, 3, 4));
    await expect(source.read(3, 5)).rejects.toThrow('must give 5 bytes from 3 on, got 2');
  });

  it('asks again when the server fails for a moment', async () => {
    let calls = 0;
    const right = ranges(Uint8Array.of(1, 2, 3));
    const url = await serve((request, response) =>
      ++calls === 1 ? void response.writeHead(503).end() : right(request, response),
    );
    expect((await openHttpSource(url, AT_ONCE)).size).toBe(3);
    expect(calls).toBe(2);
  });

  it('throws DataError in one line naming the URL without its secrets', async () => {
    const cases: [RequestListener, string][] = [
      [(_, response) => response.writeHead(404).end(), '/a.tar is refused by the server (status 404)'],
      [(_, response) => response.writeHead(500).end(), '(status 500)'],
      [(_, response) => response.writeHead(200).end('x'), 'the server knows no ranges'],
      [(_, response) => response.writeHead(206).end('x'), 'must say how long it is'],
      [(request) => request.socket.destroy(), 'cannot be reached'],
    ];
    for (const [answer, message] of cases) {
      const url = `${await serve(answer)}/a.tar?signature=secret`;
      const error: unknown = await openHttpSource(url, AT_ONCE).catch((problem: unknown) => problem);
      expect(error).toBeInstanceOf(DataError);
      expect((error as DataError).message).toContain(message);
      expect((error as DataError).message).not.toMatch(/\n|secret/);
    }
  });

  it('reads no more than it asked for from a server that never ends', async () => {
    const url = await serve((_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-0/100' });
      const pour = (): void => void (response.writable && response.write('a'.repeat(1000), pour));
      pour();
    });
    const source = await openHttpSource(url);
    expect((await source.read(0, 100)).length).toBe(100);
  });

  it('serves shards as files do', async () => {
    const shard = await tarBytes([
      ['a.png', onePixelPng(10)],
      ['b.png', onePixelPng(255)],
    ]);
    const url = await serve(ranges(shard));
    const dataset = await openShards(`${url}/s-{0..0}.tar?signature=secret`, { size: 1 });
    expect(dataset.name(1)).toBe(`${url}/s-0.tar: b`);
    expect([...(await dataset.read([1]))]).toEqual([1, 0, 0]);
  });
});
