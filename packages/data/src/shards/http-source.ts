import { DataError } from '@restok/core/errors';
import { problemOf } from '../read-file';
import type { ByteSource } from './byte-source';

/** A server that says nothing for so long, in milliseconds, is given up. */
const TIMEOUT = 60_000;
/** Waits before a request is sent again, in milliseconds: a run should outlive a short failure. */
const RETRY_AFTER = [1_000, 5_000];

/**
 * A shard at an http(s) URL, read in parts (range requests).
 *
 * @throws DataError in one line when the server does not answer, refuses, or gives no parts.
 */
export async function openHttpSource(
  url: string,
  { retryAfter = RETRY_AFTER }: { readonly retryAfter?: readonly number[] } = {},
): Promise<ByteSource> {
  const shown = withoutSecrets(url);
  const { response, bytes } = await request(0, 1);
  const total = /^bytes 0-0\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (total === undefined || bytes.length !== 1) {
    throw new DataError(
      `openShards: ${shown} must say how long it is, got content-range ${response.headers.get('content-range')}. Download the shard and name the file.`,
    );
  }
  return {
    name: shown,
    size: Number(total),
    version: response.headers.get('etag') ?? response.headers.get('last-modified') ?? '',
    read: async (offset, length) => {
      const { bytes: part } = await request(offset, length);
      if (part.length !== length) {
        throw new DataError(
          `openShards: ${shown} must give ${length} bytes from ${offset} on, got ${part.length}. Check the server.`,
        );
      }
      return part;
    },
    close: () => Promise.resolve(),
  };

  async function request(offset: number, length: number): Promise<{ response: Response; bytes: Uint8Array }> {
    for (let attempt = 0; ; attempt++) {
      const answer = await attemptOnce(offset, length);
      if (!('failure' in answer)) {
        return answer;
      }
      const wait = retryAfter[attempt];
      if (!answer.isTransient || wait === undefined) {
        throw new DataError(`openShards: ${shown} ${answer.failure}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async function attemptOnce(
    offset: number,
    length: number,
  ): Promise<{ response: Response; bytes: Uint8Array } | { failure: string; isTransient: boolean }> {
    try {
      const response = await fetch(url, {
        headers: { range: `bytes=${offset}-${offset + length - 1}`, 'accept-encoding': 'identity' },
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.status !== 206) {
        // What follows could be the whole shard, or endless.
        await response.body?.cancel();
        return refusal(response.status);
      }
      return { response, bytes: await readAtMost(response, length) };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      return { failure: `cannot be reached (${problemOf(cause)}). Check the URL`, isTransient: true };
    }
  }
}

function refusal(status: number): { failure: string; isTransient: boolean } {
  return status === 200
    ? {
        failure: 'cannot be read in parts: the server knows no ranges. Download the shard and name the file',
        isTransient: false,
      }
    : {
        failure: `is refused by the server (status ${status}). Check the URL`,
        isTransient: status >= 500 || status === 429,
      };
}

/** A server that gives more than was asked for is not read to its end. */
async function readAtMost(response: Response, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const reader = response.body?.getReader();
  let filled = 0;
  while (reader !== undefined && filled < length) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    const part = value.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
  }
  await reader?.cancel();
  return bytes.subarray(0, filled);
}

/** A URL as people are shown it: without a password, and without what may be a signature. */
export function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
