import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

export const COMMIT = '1234567890abcdef1234567890abcdef12345678';

/** A hub of this machine that holds one model, ended after the tests of the file. */
export interface HubOfOneModel {
  readonly address: string;
  /** `GET /path bytes=0-7` of every request, in order. */
  readonly requests: string[];
  /** The commit of the model's branches and tags. */
  readonly commits: Map<string, string>;
}

/** Serves `owner/tiny` on the routes of Hugging Face's hub; all of it knows is `files`. */
export async function hubOfOneModel(files: () => Record<string, Uint8Array>): Promise<HubOfOneModel> {
  const requests: string[] = [];
  const commits = new Map([['main', COMMIT]]);
  const server = createServer(({ method, url, headers: { range } }, response) => {
    requests.push(`${method} ${url} ${range ?? ''}`.trim());
    const [, route, revision, path] =
      /^\/(api\/models\/owner\/tiny\/(?:revision|tree)|owner\/tiny\/resolve)\/([^/?]+)(?:\/([^?]+))?/.exec(
        url!,
      ) ?? [];
    const commit = commits.get(`${revision}`) ?? revision;
    if (route === undefined) {
      return response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
    }
    if (route.endsWith('revision')) {
      return response.end(JSON.stringify({ _id: '1', id: 'owner/tiny', sha: commit }));
    }
    if (route.endsWith('tree')) {
      return response.end(JSON.stringify(Object.entries(files()).map(entry)));
    }
    const content = files()[`${path}`];
    if (content === undefined) {
      return response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    }
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (start === undefined) {
      return response.writeHead(200, { 'content-length': content.length }).end(content);
    }
    return response
      .writeHead(206, { 'content-range': `bytes ${start}-${last}/${content.length}` })
      .end(content.subarray(Number(start), Number(last) + 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, commits };
}

/** Weights are large files, checked by SHA-256; the others are git blobs. */
function entry([path, content]: [string, Uint8Array]): object {
  const size = content.length;
  const oid = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
  const lfs = { oid: createHash('sha256').update(content).digest('hex'), size, pointerSize: 134 };
  return { type: 'file', path, size, oid, ...(path.endsWith('.safetensors') && { lfs }) };
}
