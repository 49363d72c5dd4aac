import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A hub of this machine with one model, as pages see Hugging Face's. */
export interface HubServer {
  readonly address: string;
  /** `GET /path bytes=0-7` of every request, in order. */
  readonly requests: string[];
  /** Contents by path. */
  readonly files: Map<string, Buffer>;
  /** Contents that are sent in place of what is listed. */
  readonly sent: Map<string, Buffer>;
  /** Files of which half is sent, and the rest never. */
  readonly stalled: Set<string>;
  /** Models that only who has accepted their terms may read. */
  readonly gated: Set<string>;
  close(): Promise<void>;
}

export const HUB_MODEL = 'owner/small';
const COMMIT = '1234567890abcdef1234567890abcdef12345678';
/** Where weights come from: another origin, as the content network of a hub is. */
const CONTENT = '/content/';

/** Starts it; its listing names sizes and checksums of the files. */
export async function startHub(files: Readonly<Record<string, Buffer>>): Promise<HubServer> {
  const hub = {
    address: '',
    requests: [] as string[],
    files: new Map(Object.entries(files)),
    sent: new Map<string, Buffer>(),
    stalled: new Set<string>(),
    gated: new Set<string>(),
  };
  const server = createServer((request, response) => {
    hub.requests.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'range');
    response.setHeader('access-control-expose-headers', 'content-range, x-error-code');
    const [path = ''] = request.url!.split('?');
    const resolved = `/${HUB_MODEL}/resolve/${COMMIT}/`;
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
    } else if ([...hub.gated].some((model) => path.includes(`/${model}/`))) {
      response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end();
    } else if (path === `/api/models/${HUB_MODEL}/revision/main`) {
      response.end(JSON.stringify({ sha: COMMIT, siblings: [...hub.files].map(listed) }));
    } else if (path.startsWith(resolved) && path.endsWith('.safetensors')) {
      const { port } = server.address() as AddressInfo;
      const location = `http://localhost:${port}${CONTENT}${path.slice(resolved.length)}`;
      response.writeHead(302, { location }).end();
    } else {
      const file = path.replace(resolved, '').replace(CONTENT, '');
      const content = hub.sent.get(file) ?? hub.files.get(file);
      if (content !== undefined && hub.stalled.has(file)) {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, content.length / 2));
      } else {
        send(request, response, content);
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...hub,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listed([path, content]: readonly [string, Buffer]): unknown {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const blobId = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  const lfs = path.endsWith('.safetensors') ? { lfs: { sha256 } } : {};
  return { rfilename: path, size: content.length, blobId, ...lfs };
}

function send(request: IncomingMessage, response: ServerResponse, content: Buffer | undefined): void {
  if (content === undefined) {
    response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
    return;
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, content.length) : content.length;
  response.writeHead(range === null ? 200 : 206, {
    'content-length': end - start,
    ...(range !== null && { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : content.subarray(start, end));
}
