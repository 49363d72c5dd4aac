import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

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
  // Looks at the folder for each request, as tests add files.
  const serve = sirv(folder, {
    dev: true,
    setHeaders: (response) => response.setHeader('cache-control', 'no-cache'),
  });
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
    const notFound = (): void => void response.writeHead(404).end('There is no such file.');
    if (request.url?.startsWith(path) !== true) {
      notFound();
      return;
    }
    request.url = request.url.slice(path.length - 1);
    serve(request, response, notFound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
