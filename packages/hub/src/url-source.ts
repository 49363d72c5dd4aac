import { CheckpointError } from '@restok/core';
import type { ModelSource, SourceOptions } from './model-source';
import { checkRelativePath } from './relative-path';
import { readExactly, readWhole } from './response-body';
import { retrying, TransientError } from './retrying';
import { mayPass, troubleOf } from './server-trouble';
import type { Watch } from './time-limit';
import { DEFAULT_TIME_LIMIT, watched } from './time-limit';
import { parseWebAddress } from './web-address';

/**
 * The files under an http(s) address, read by ranges where the server has them. A server that ignores ranges
 * costs the memory of the whole file.
 */
export class UrlSource implements ModelSource {
  /** The address without its query, which may hold a key. */
  readonly description: string;
  private readonly query: string;
  private readonly sizes = new Map<string, number | undefined>();
  /** Whole files of servers that ignore ranges. */
  private readonly whole = new Map<string, Uint8Array>();
  /** Version of every file, where the server tells it. */
  private readonly tags = new Map<string, string>();

  /** @param address of the folder; its query goes with every request. */
  constructor(
    address: string,
    private readonly options: SourceOptions = {},
  ) {
    const url = parseWebAddress(address);
    this.description = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
    this.query = url.search;
  }

  async size(path: string): Promise<number | undefined> {
    if (!this.sizes.has(path)) {
      this.sizes.set(path, await this.requestSize(path));
    }
    return this.sizes.get(path);
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    if (start === end) {
      return new Uint8Array(0);
    }
    const name = this.nameOf(path);
    const cached = this.whole.get(path);
    if (cached !== undefined) {
      return part(cached, start, end, name);
    }
    return this.retrying(name, async (watch) => {
      const response = await this.request(path, 'GET', { Range: `bytes=${start}-${end - 1}` }, watch);
      if (response.status === 206) {
        await this.checkVersion(path, response);
        const range = response.headers.get('content-range');
        if (range !== null && !range.startsWith(`bytes ${start}-${end - 1}/`)) {
          await response.body?.cancel();
          throw new TransientError(`${name} gave "${range}" instead of bytes ${start}-${end - 1}`);
        }
        return readExactly(response, end - start, name, watch.onBytes);
      }
      if (response.status === 200) {
        await this.checkVersion(path, response);
        const bytes = await readWhole(response, name, watch.onBytes);
        this.whole.set(path, bytes);
        return part(bytes, start, end, name);
      }
      throw await failure(response, name);
    });
  }

  close(): Promise<void> {
    this.whole.clear();
    this.sizes.clear();
    this.tags.clear();
    return Promise.resolve();
  }

  private async requestSize(path: string): Promise<number | undefined> {
    const name = this.nameOf(path);
    return this.retrying(name, async (watch) => {
      const response = await this.request(path, 'GET', { Range: 'bytes=0-0' }, watch);
      if (response.status === 200) {
        await this.checkVersion(path, response);
        const bytes = await readWhole(response, name, watch.onBytes);
        this.whole.set(path, bytes);
        return bytes.length;
      }
      // 416: an empty file has no first byte.
      if (response.status === 206 || response.status === 416) {
        await response.body?.cancel();
        await this.checkVersion(path, response);
        const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
        return total === null ? this.lengthByHead(path, watch) : Number(total[1]);
      }
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel();
        return undefined;
      }
      throw await failure(response, name);
    });
  }

  /** A page of another origin may not see Content-Range unless the server says so; Content-Length it may. */
  private async lengthByHead(path: string, watch: Watch): Promise<number> {
    const response = await this.request(path, 'HEAD', {}, watch);
    if (mayPass(response.status)) {
      throw await failure(response, this.nameOf(path));
    }
    const length = response.headers.get('content-length');
    if (!response.ok || length === null) {
      throw new CheckpointError(
        `read: ${this.nameOf(path)} does not tell its size. Have the server expose Content-Range, or download the model.`,
      );
    }
    return Number(length);
  }

  private retrying<T>(name: string, attempt: (watch: Watch) => Promise<T>): Promise<T> {
    const { signal, timeLimit = DEFAULT_TIME_LIMIT } = this.options;
    return retrying(name, signal, () => watched(timeLimit, signal, attempt));
  }

  private request(
    path: string,
    method: string,
    headers: Record<string, string>,
    { signal }: Watch,
  ): Promise<Response> {
    checkRelativePath(path, this.description);
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    return fetch(`${this.description}/${encoded}${this.query}`, {
      method,
      headers: { ...this.options.headers, ...headers },
      signal,
    });
  }

  /** Parts of two versions of a file must not be mixed. */
  private async checkVersion(path: string, response: Response): Promise<void> {
    const tag = response.headers.get('etag');
    const known = this.tags.get(path);
    if (tag !== null && known !== undefined && tag !== known) {
      await response.body?.cancel();
      throw new CheckpointError(`read: ${this.nameOf(path)} changed while it was read. Start again.`);
    }
    if (tag !== null) {
      this.tags.set(path, tag);
    }
  }

  private nameOf(path: string): string {
    return `${this.description}/${path}`;
  }
}

/** A copy: the caller owns it. */
function part(file: Uint8Array, start: number, end: number, name: string): Uint8Array {
  if (end > file.length) {
    throw new CheckpointError(
      `read: ${name} ends at byte ${file.length}, expected ${end}. The file is cut off; get it again.`,
    );
  }
  return file.slice(start, end);
}

async function failure(response: Response, name: string): Promise<Error> {
  const { status } = response;
  await response.body?.cancel();
  if (status === 416) {
    return new CheckpointError(`read: ${name} is shorter than it was. Start again.`, { status });
  }
  return mayPass(status)
    ? troubleOf(response)
    : new CheckpointError(`read: ${name} answered ${status}. Check the address and your access to it.`, {
        status,
      });
}
