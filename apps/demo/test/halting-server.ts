import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A server that stops in the middle of weights that are asked for whole. */
export interface HaltingServer {
  readonly address: string;
  /** Sends the other half to all who wait. */
  goOn(): void;
  /** Ends their connections instead. */
  cut(): void;
  close(): Promise<void>;
}

/** Serves the files of one folder to pages of any origin. */
export async function startHaltingServer(folder: string): Promise<HaltingServer> {
  const waiting: { readonly response: ServerResponse; readonly rest: Buffer }[] = [];
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'content-range');
    const path = join(folder, new URL(request.url!, 'http://host').pathname);
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    const content = readFileSync(path);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range !== null) {
      const part = content.subarray(Number(range[1]), Number(range[2]) + 1);
      const where = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${content.length}`;
      response.writeHead(206, { 'content-range': where, 'content-length': part.length }).end(part);
      return;
    }
    response.writeHead(200, { 'content-length': content.length });
    if (request.method === 'HEAD' || !path.endsWith('.safetensors')) {
      response.end(request.method === 'HEAD' ? undefined : content);
      return;
    }
    const half = Math.floor(content.length / 2);
    response.write(content.subarray(0, half));
    waiting.push({ response, rest: content.subarray(half) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goOn: () => waiting.splice(0).forEach(({ response, rest }) => response.end(rest)),
    cut: () => waiting.splice(0).forEach(({ response }) => response.socket?.destroy()),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
