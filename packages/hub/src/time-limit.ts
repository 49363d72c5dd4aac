import { TransientError } from './retrying';

/** Slower servers are given up; then the request is tried again. */
export interface TimeLimit {
  /** Length of a window, from the request on. */
  readonly milliseconds: number;
  /** What each window must bring at least. */
  readonly minBytes: number;
}

/** About one byte in 30 ms: no connection of today is slower for that long, and a server that drips is noticed. */
export const DEFAULT_TIME_LIMIT: TimeLimit = { milliseconds: 30_000, minBytes: 1024 };

/** What a watched request is given. */
export interface Watch {
  /** Aborted by the caller's signal, and by the time limit. */
  readonly signal: AbortSignal;
  /** To be told of all bytes that arrive. */
  readonly onBytes: (count: number) => void;
}

/**
 * Makes a request that is given up when it brings too little for too long, whether its server is silent or drips.
 *
 * @param signal of the caller, whose reason is thrown.
 * @throws TransientError when the limit is reached; whatever the request throws.
 */
export async function watched<T>(
  { milliseconds, minBytes }: TimeLimit,
  signal: AbortSignal | undefined,
  request: (watch: Watch) => Promise<T>,
): Promise<T> {
  const tooSlow = new AbortController();
  let arrived = 0;
  const timer = setInterval(() => {
    if (arrived < minBytes) {
      tooSlow.abort(
        new TransientError(`its server gave ${arrived} bytes in ${Math.round(milliseconds / 100) / 10} s`),
      );
    }
    arrived = 0;
  }, milliseconds);
  try {
    return await request({
      signal: signal === undefined ? tooSlow.signal : AbortSignal.any([signal, tooSlow.signal]),
      onBytes: (count) => {
        arrived += count;
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    // What a stream says when it is aborted differs between platforms.
    throw tooSlow.signal.aborted ? tooSlow.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}
