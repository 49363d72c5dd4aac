import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoopbackServer } from './loopback-server';
import { loopbackServer } from './loopback-server';

/** Answers instead of the content network; `attempt` counts the requests for the path from 1. */
export type Misbehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  attempt: number,
) => void;

export interface FakeModel {
  readonly commit: string;
  /** Contents by path. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Only for who has this token. */
  readonly token?: string;
  /** What the listing says instead of the truth. */
  readonly listing?: (entry: ListedEntry) => ListedEntry;
}

/** An entry of the tree route. */
export interface ListedEntry {
  readonly type: 'file' | 'directory';
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

export interface FakeHub {
  readonly address: string;
  /** `GET /path bytes=0-7` of every request to the hub. */
  readonly requests: string[];
  /** Of every request to the content network. */
  readonly contentRequests: string[];
  /** Authorization of every request, by host. */
  readonly authorizations: { readonly hub: (string | undefined)[]; readonly content: (string | undefined)[] };
  /** Models by their names; revisions by `name@revision`. */
  readonly models: Map<string, FakeModel>;
  /** By path in the model: how the content network answers. */
  readonly misbehaviours: Map<string, Misbehaviour>;
  /** How the API answers instead. */
  api?: Misbehaviour;
  /** Forgets everything. */
  reset(): void;
}

export const COMMIT = '1234567890abcdef1234567890abcdef12345678';

/** SHA-1 of a git blob. */
export function gitSha1(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** Weights are large files, which the hub redirects to its content network. */
export function isLarge(path: string): boolean {
  return path.endsWith('.safetensors');
}

/**
 * A hub of this machine and its content network, two servers: API, redirects, ranges, ETag, X-Linked-Etag,
 * X-Linked-Size, X-Repo-Commit, X-Error-Code.
 */
export async function fakeHub(): Promise<FakeHub> {
  const models = new Map<string, FakeModel>();
  const misbehaviours = new Map<string, Misbehaviour>();
  const attempts = new Map<string, number>();
  const authorizations: FakeHub['authorizations'] = { hub: [], content: [] };
  const next = (key: string): number => {
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    return attempts.get(key)!;
  };
  const find = (name: string, revision: string): FakeModel | undefined =>
    models.get(`${name}@${revision}`) ??
    [...models].find(([key, { commit }]) => key.split('@')[0] === name && commit === revision)?.[1];

  const content: LoopbackServer = await loopbackServer((request, response) => {
    authorizations.content.push(request.headers.authorization);
    const [, , name, commit, ...rest] = decodeURIComponent(request.url!.split('?')[0]!).split('/');
    const path = rest.join('/');
    const bytes = bytesOf(find(`${name}`.replace('--', '/'), commit!)!.files[path]!);
    const misbehave = misbehaviours.get(path);
    if (misbehave === undefined) {
      sendFile(request, response, bytes);
    } else {
      misbehave(request, response, bytes, next(path));
    }
  });

  const hub: LoopbackServer = await loopbackServer((request, response) => {
    authorizations.hub.push(request.headers.authorization);
    const [path, query] = request.url!.split('?') as [string, string?];
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)$/.exec(path);
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const [name, revision] = api === null ? [resolve?.[1], resolve?.[2]] : [api[1], api[3]];
    if (fake.api !== undefined && api !== null) {
      return fake.api(request, response, new Uint8Array(0), next(path));
    }
    const model = find(`${name}`, decodeURIComponent(`${revision}`));
    if (model === undefined) {
      const known = [...models.keys()].some((key) => key.startsWith(`${name}@`));
      return known
        ? response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end()
        : response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
    }
    if (model.token !== undefined && request.headers.authorization !== `Bearer ${model.token}`) {
      return response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end();
    }
    if (api !== null) {
      return answerApi(response, model, { isTree: api[2] === 'tree', query, name: name! });
    }
    const file = decodeURIComponent(resolve![3]!);
    if (model.files[file] === undefined) {
      return response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    }
    const bytes = bytesOf(model.files[file]);
    response.setHeader('x-repo-commit', model.commit);
    if (!isLarge(file) && !misbehaviours.has(file)) {
      response.setHeader('etag', `"${gitSha1(bytes)}"`);
      return sendFile(request, response, bytes);
    }
    response.setHeader('x-linked-etag', `"${sha256(bytes)}"`);
    response.setHeader('x-linked-size', bytes.length);
    const place = `${content.address}/cdn/${name!.replace('/', '--')}/${model.commit}/${encodeURIComponent(file)}`;
    return response.writeHead(302, { location: `${place}?signature=secret` }).end();
  });
  const fake: FakeHub = {
    address: hub.address,
    requests: hub.requests,
    contentRequests: content.requests,
    authorizations,
    models,
    misbehaviours,
    reset() {
      [models, misbehaviours, attempts].forEach((map) => map.clear());
      [hub.requests, content.requests, authorizations.hub, authorizations.content].forEach((list) => {
        list.length = 0;
      });
      fake.api = undefined;
    },
  };
  return fake;
}

function entriesOf({ files, listing = (entry) => entry }: FakeModel): ListedEntry[] {
  return Object.entries(files).map(([path, content]) => {
    const bytes = bytesOf(content);
    const small = { type: 'file', path, size: bytes.length, oid: gitSha1(bytes) } as const;
    return listing(
      isLarge(path) ? { ...small, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } } : small,
    );
  });
}

function answerApi(
  response: ServerResponse,
  model: FakeModel,
  { isTree, query, name }: { readonly isTree: boolean; readonly query?: string; readonly name: string },
): void {
  const entries = entriesOf(model);
  const withBlobs = query?.includes('blobs=true') === true;
  const siblings = entries.map(({ path, size, oid, lfs }) => ({
    rfilename: path,
    ...(withBlobs && { size, blobId: oid, ...(lfs !== undefined && { lfs: { sha256: lfs.oid, size } }) }),
  }));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isTree ? entries : { _id: '1', id: name, sha: model.commit, siblings }));
}

/** Answers like a server of files that knows ranges, open ones, too. */
export function sendFile(request: IncomingMessage, response: ServerResponse, file: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range === null || range[2] === '' ? file.length : Math.min(Number(range[2]) + 1, file.length);
  if (range !== null && start >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return;
  }
  response.writeHead(range === null ? 200 : 206, {
    'content-length': end - start,
    'accept-ranges': 'bytes',
    ...(range !== null && { 'content-range': `bytes ${start}-${end - 1}/${file.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : file.subarray(start, end));
}

/** Sends a part of a file that the client asked for, and cuts the connection. */
export function sendAndCut(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  bytes: number,
): void {
  const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(start === 0 ? 200 : 206, {
    'content-length': file.length - start,
    ...(start > 0 && { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }),
  });
  response.write(file.subarray(start, start + bytes), () => {
    setTimeout(() => response.socket?.destroy(), 20);
  });
}
