import { CheckpointError } from '@restok/core';
import type { ModelSource, SourceOptions } from './model-source';

const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** The files under an http(s) address, read by ranges where the server has them. */
export class UrlSource implements ModelSource {
  readonly description: string;
  private readonly sizes = new Map<string, number | undefined>();
  /** Whole files of servers that ignore ranges. */
  private readonly whole = new Map<string, Uint8Array>();
  private readonly tags = new Map<string, string>();

  constructor(
    address: string,
    private readonly options: SourceOptions = {},
  ) {
    this.description = address.replace(/\/+$/, '');
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
    const cached = this.whole.get(path);
    if (cached !== undefined) {
      return this.part(path, cached, start, end);
    }
    return retrying(async () => {
      const response = await this.request(path, { Range: `bytes=${start}-${end - 1}` });
      if (response.status !== 200 && response.status !== 206) {
        throw this.failure(path, response.status);
      }
      const tag = response.headers.get('etag');
      const known = this.tags.get(path);
      if (tag !== null && known !== undefined && tag !== known) {
        throw new CheckpointError(
          `read: ${this.description}/${path} changed while it was read. Start again.`,
        );
      }
      if (tag !== null) {
        this.tags.set(path, tag);
      }
      const body = new Uint8Array(await response.arrayBuffer());
      if (response.status === 206) {
        return this.exactly(path, body, end - start);
      }
      this.whole.set(path, body);
      return this.part(path, body, start, end);
    });
  }

  close(): Promise<void> {
    this.whole.clear();
    return Promise.resolve();
  }

  private async requestSize(path: string): Promise<number | undefined> {
    return retrying(async () => {
      const response = await this.request(path, { Range: 'bytes=0-0' });
      if (response.status === 404) {
        return undefined;
      }
      if (response.status === 206) {
        await response.arrayBuffer();
        const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
        if (total !== null) {
          return Number(total[1]);
        }
      }
      if (response.status === 200) {
        const body = new Uint8Array(await response.arrayBuffer());
        this.whole.set(path, body);
        return body.length;
      }
      throw this.failure(path, response.status);
    });
  }

  private request(path: string, headers: Record<string, string>): Promise<Response> {
    return fetch(`${this.description}/${path}`, {
      headers: { ...this.options.headers, ...headers },
      signal: this.options.signal,
    });
  }

  private part(path: string, body: Uint8Array, start: number, end: number): Uint8Array {
    return this.exactly(path, body.slice(start, end), end - start);
  }

  private exactly(path: string, bytes: Uint8Array, length: number): Uint8Array {
    if (bytes.length !== length) {
      throw new TransientError(`${this.description}/${path} gave ${bytes.length} bytes instead of ${length}`);
    }
    return bytes;
  }

  private failure(path: string, status: number): Error {
    const message = `${this.description}/${path} answered ${status}`;
    const isTransient = status === 429 || status >= 500;
    return isTransient
      ? new TransientError(message)
      : new CheckpointError(`read: ${message}. Check the address and your access to it.`, { status });
  }
}

/** A failure that may pass. */
class TransientError extends Error {}

/** Tries again, waiting twice as long each time, unless the failure is final. */
async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const isFinal =
        error instanceof CheckpointError || (error instanceof Error && error.name === 'AbortError');
      if (isFinal) {
        throw error;
      }
      if (tries === MAX_ATTEMPTS) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new CheckpointError(
          `read: gave up after ${tries} attempts (${cause}). Check the connection and try again.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, FIRST_DELAY_MS * 2 ** (tries - 1)));
    }
  }
}
