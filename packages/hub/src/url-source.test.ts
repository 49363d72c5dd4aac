import type { RequestListener, ServerResponse } from 'node:http';
import { CheckpointError } from '@restok/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LoopbackServer } from '../test/loopback-server';
import { loopbackServer, sendRange } from '../test/loopback-server';
import { UrlSource } from './url-source';

const FILE = Uint8Array.from({ length: 100 }, (_, i) => i);
const HALF = FILE.subarray(0, 50);

/** How the server answers one path; `attempt` counts the requests for it from 1. */
type Answer = (...args: [...Parameters<RequestListener>, attempt: number]) => void;

const cut = (response: ServerResponse): void => {
  response.writeHead(206, { 'content-length': 100 }).write(HALF, () => response.socket?.destroy());
};

const answers: Readonly<Record<string, Answer>> = {
  '/m/ranges': (request, response) => sendRange(request, response, FILE),
  '/m/empty': (request, response) => sendRange(request, response, new Uint8Array(0)),
  '/m/whole': (_request, response) => response.end(FILE),
  '/m/chunked': (_request, response) => {
    response.write(HALF);
    response.end(FILE.subarray(50));
  },
  '/m/denied': (_request, response) => response.writeHead(403).end(),
  '/m/busy': (_request, response) => response.writeHead(503).end(),
  '/m/busy-once': (request, response, attempt) =>
    attempt === 1 ? response.writeHead(503).end() : sendRange(request, response, FILE),
  '/m/cut': (_request, response) => cut(response),
  '/m/cut-once': (request, response, attempt) =>
    attempt === 1 ? cut(response) : sendRange(request, response, FILE),
  '/m/moved': (_request, response) => response.writeHead(302, { location: '/elsewhere/file' }).end(),
  '/elsewhere/file': (request, response) => sendRange(request, response, FILE),
  '/m/changing': (request, response, attempt) => {
    response.setHeader('etag', `"${attempt}"`);
    sendRange(request, response, FILE);
  },
  '/m/too-much': (_request, response) => response.writeHead(206).end(Buffer.concat([FILE, FILE])),
  '/m/other-range': (_request, response) =>
    response.writeHead(206, { 'content-range': 'bytes 4-7/100' }).end(FILE.subarray(4, 8)),
  '/m/no-total': (request, response) =>
    request.method === 'HEAD'
      ? response.writeHead(200, { 'content-length': 100 }).end()
      : response.writeHead(206).end(FILE.subarray(0, 1)),
  '/m/no-total-busy-once': (request, response, attempt) =>
    request.method === 'HEAD'
      ? response.writeHead(attempt === 2 ? 503 : 200, { 'content-length': attempt === 2 ? 0 : 100 }).end()
      : response.writeHead(206).end(FILE.subarray(0, 1)),
  '/m/no-size': (request, response) =>
    response.writeHead(request.method === 'HEAD' ? 405 : 206).end(FILE.subarray(0, 1)),
  '/m/huge': (_request, response) => response.writeHead(200, { 'content-length': 2 ** 40 }).write(HALF),
  '/m/silent': () => undefined,
  '/m/a%20%23b/%C3%A4': (request, response) => sendRange(request, response, FILE),
};

const attempts = new Map<string, number>();
const server: LoopbackServer = await loopbackServer((request, response) => {
  const path = request.url!.split('?')[0]!;
  const attempt = (attempts.get(path) ?? 0) + 1;
  attempts.set(path, attempt);
  const answer = answers[path];
  if (answer === undefined) {
    response.writeHead(404).end('not here');
  } else {
    answer(request, response, attempt);
  }
});

describe('UrlSource', () => {
  let source: UrlSource;

  beforeEach(() => {
    attempts.clear();
    server.requests.length = 0;
    source = new UrlSource(`${server.address}/m/`);
  });

  it('asks for the size with one byte, and for no more than it reads', async () => {
    expect(await source.size('ranges')).toBe(100);
    expect(await source.size('ranges')).toBe(100);
    expect([...(await source.read('ranges', 10, 13))]).toEqual([10, 11, 12]);
    expect(await source.read('ranges', 7, 7)).toHaveLength(0);
    expect(server.requests).toEqual(['GET /m/ranges bytes=0-0', 'GET /m/ranges bytes=10-12']);
  });

  it('knows that an empty file is there', async () => {
    expect(await source.size('empty')).toBe(0);
  });

  it('finds nothing where the server answers 404', async () => {
    expect(await source.size('none')).toBeUndefined();
    await expect(source.read('none', 0, 1)).rejects.toThrow(
      `read: ${server.address}/m/none answered 404. Check the address and your access to it.`,
    );
    expect(server.requests).toHaveLength(2);
  });

  it.each(['whole', 'chunked'])('gets a file once from a server that ignores ranges (%s)', async (path) => {
    expect(await source.size(path)).toBe(100);
    const part = await source.read(path, 98, 100);
    part.fill(0);
    expect([...(await source.read(path, 97, 100))]).toEqual([97, 98, 99]);
    expect(server.requests).toHaveLength(1);
    await expect(source.read(path, 99, 101)).rejects.toThrow('ends at byte 100, expected 101');
    await source.close();
    await source.read(path, 0, 1);
    expect(server.requests).toHaveLength(2);
  });

  it('refuses to hold a file of a terabyte', async () => {
    await expect(source.size('huge')).rejects.toThrow(
      `read: ${server.address}/m/huge is larger than 4 GiB, and its server has no ranges. Download it`,
    );
  });

  it('does not try again where access is denied', async () => {
    await expect(source.size('denied')).rejects.toThrow('/m/denied answered 403. Check the address');
    expect(server.requests).toHaveLength(1);
  });

  it('tries again when the server is busy or the connection is cut', async () => {
    expect(await source.size('busy-once')).toBe(100);
    expect(await source.read('cut-once', 0, 100)).toEqual(FILE);
    expect(attempts).toEqual(
      new Map([
        ['/m/busy-once', 2],
        ['/m/cut-once', 2],
      ]),
    );
  });

  it.concurrent.each([
    ['busy', 'it answered 503'],
    ['cut', 'terminated: other side closed'],
    ['too-much', 'too-much gave more than 100 bytes'],
    ['other-range', 'other-range gave "bytes 4-7/100" instead of bytes 0-99'],
  ])('gives up in one line that names the file and the reason (%s)', async (path, reason) => {
    const error: unknown = await new UrlSource(`${server.address}/m`)
      .read(path, 0, 100)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointError);
    const message = error instanceof Error ? error.message : '';
    expect(message).toMatch(
      /^read: http:[^\n]* could not be read in 4 attempts \([^\n]*\)\. Check the connection and try again\.$/,
    );
    expect(message).toContain(`/m/${path} could`);
    expect(message).toContain(reason);
  });

  it('says why nobody answers', async () => {
    const nobody = new UrlSource('http://127.0.0.1:1/m');
    await expect(nobody.size('a')).rejects.toThrow(
      /127\.0\.0\.1:1\/m\/a could not be read.*(ECONNREFUSED|bad port)/,
    );
  });

  it('follows redirects', async () => {
    expect(await source.size('moved')).toBe(100);
    expect([...(await source.read('moved', 5, 7))]).toEqual([5, 6]);
  });

  it('does not mix two versions of a file', async () => {
    await source.size('changing');
    await expect(source.read('changing', 0, 1)).rejects.toThrow(
      new CheckpointError(`read: ${server.address}/m/changing changed while it was read. Start again.`),
    );
  });

  it('takes a new version once it has been closed', async () => {
    await source.size('changing');
    await source.close();
    expect([...(await source.read('changing', 0, 1))]).toEqual([0]);
  });

  it('asks for the head where a page may not see Content-Range', async () => {
    expect(await source.size('no-total')).toBe(100);
    expect(await source.size('no-total-busy-once')).toBe(100);
    await expect(source.size('no-size')).rejects.toThrow(
      '/m/no-size does not tell its size. Have the server',
    );
  });

  it('encodes names and sends its query and headers along, without showing the query', async () => {
    const seen: (string | undefined)[] = [];
    const asked = await loopbackServer((request, response) => {
      seen.push(request.headers.authorization);
      sendRange(request, response, FILE);
    });
    const signed = new UrlSource(`${asked.address}/m?key=secret`, { headers: { Authorization: 'Bearer x' } });
    expect(await signed.size('a #b/ä')).toBe(100);
    expect(asked.requests).toEqual(['GET /m/a%20%23b/%C3%A4?key=secret bytes=0-0']);
    expect(seen).toEqual(['Bearer x']);
    expect(signed.description).toBe(`${asked.address}/m`);
  });

  it('never asks for a path that leaves the model', async () => {
    await expect(source.size('../secret')).rejects.toThrow('leaves the model folder');
    await expect(source.read('a/../../secret', 0, 1)).rejects.toThrow('leaves the model folder');
    expect(server.requests).toEqual([]);
  });

  it('stops with the reason of its signal, while it waits for an answer or for another attempt', async () => {
    for (const path of ['silent', 'busy']) {
      const controller = new AbortController();
      const reason = new Error('stopped by the user');
      const reading = new UrlSource(`${server.address}/m`, { signal: controller.signal }).read(path, 0, 1);
      setTimeout(() => controller.abort(reason), 100);
      await expect(reading).rejects.toBe(reason);
      expect(attempts.get(`/m/${path}`)).toBe(1);
    }
  });
});
