import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** A server on this machine, ended after the tests of the file. */
export interface LoopbackServer {
  readonly address: string;
  /** `GET /path bytes=0-7` of every request, in order. */
  readonly requests: string[];
}

export async function loopbackServer(listener: RequestListener): Promise<LoopbackServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, requests };
}

/** Answers like a server of files that knows ranges. */
export function sendRange(request: IncomingMessage, response: ServerResponse, file: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const [start, last] = range === null ? [0, file.length - 1] : [Number(range[1]), Number(range[2])];
  if (range !== null && start >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return;
  }
  const part = file.subarray(start, Math.min(last + 1, file.length));
  response.writeHead(range === null ? 200 : 206, {
    'content-length': part.length,
    ...(range !== null && {
      'content-range': `bytes ${start}-${start + part.length - 1}/${file.length}`,
    }),
  });
  response.end(request.method === 'HEAD' ? undefined : part);
}
