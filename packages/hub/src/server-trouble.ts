import { TransientError } from './retrying';

/** Too many requests, or a server in trouble. */
export function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}

/** The failure of a request that may pass, with how long the server asks to wait. */
export function troubleOf(response: Response): TransientError {
  return new TransientError(`it answered ${response.status}`, {
    waitMs: retryAfterMs(response.headers.get('retry-after')),
  });
}

/**
 * Milliseconds of a Retry-After header, which holds seconds or a date; undefined when it holds neither.
 *
 * @source RFC 9110, section 10.2.3.
 */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) {
    return undefined;
  }
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}
