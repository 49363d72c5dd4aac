import { createReadStream, existsSync, statSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** A server of files that is up. */
export interface StaticServer {
  /** Address of the folder, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder on this machine below a path, as a host of static pages does, with ranges.
 *
 * Vite's preview will not do: it packs whole weights but not their ranges, under the same ETag, and Chromium then mixes
 * both in its cache.
 *
 * @param options `path` such as "/some/where/"; `allowOrigins` lets pages of other origins read.
 */
export async function serveFolder(
  folder: string,
  options: { readonly path?: string; readonly allowOrigins?: boolean } = {},
): Promise<StaticServer> {
  const { path = '/', allowOrigins = false } = options;
  const server = createServer((request, response) => {
    if (allowOrigins) {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', 'range');
      response.setHeader('access-control-expose-headers', 'content-range, content-length');
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const inFolder = pathname.startsWith(path) ? decodeURIComponent(pathname.slice(path.length)) : undefined;
    const file = normalize(join(folder, inFolder === '' ? 'index.html' : (inFolder ?? '')));
    if (inFolder === undefined || !file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end('There is no such file.');
      return;
    }
    send(file, request.headers.range, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, close: () => close(server) };
}

function send(file: string, range: string | undefined, response: ServerResponse): void {
  const { size } = statSync(file);
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('cache-control', 'no-cache');
  const wanted = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (wanted === null) {
    response.writeHead(200, { 'content-length': size });
    createReadStream(file).pipe(response);
    return;
  }
  const start = Number(wanted[1]);
  const end = Math.min(size - 1, wanted[2] === '' ? size - 1 : Number(wanted[2]));
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(206, {
    'content-length': end - start + 1,
    'content-range': `bytes ${start}-${end}/${size}`,
  });
  createReadStream(file, { start, end }).pipe(response);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
