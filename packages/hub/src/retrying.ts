import { CheckpointError } from '@restok/core';

const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** A server that asks to wait longer is given up: somebody is waiting for the answer. */
const MAX_WAIT_MS = 120_000;

/** What is known of a failure that may pass. */
export interface TransientDetails {
  /** How long the server asks to wait. */
  readonly waitMs?: number;
  /** Whether much was read before it: then attempts are counted anew. */
  readonly progressed?: boolean;
}

/** A failure that may pass. */
export class TransientError extends Error {
  constructor(
    message: string,
    readonly details: TransientDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Nobody answered, or not well enough: the network or the server is at fault, not what was asked for. */
export class UnreachableError extends CheckpointError {
  override readonly name = 'CheckpointError';
}

/**
 * Tries again, waiting twice as long each time and at least as long as the server asks, unless the failure is a
 * CheckpointError, which is final.
 *
 * @param file what errors call what is read.
 * @param signal ends the attempts, with its reason.
 * @throws UnreachableError, a CheckpointError, after the last attempt, with what went wrong in it.
 */
export async function retrying<T>(
  file: string,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      signal?.throwIfAborted();
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CheckpointError) {
        throw error;
      }
      const { waitMs = 0, progressed = false } = error instanceof TransientError ? error.details : {};
      tries = progressed ? 1 : tries;
      if (tries === MAX_ATTEMPTS || waitMs > MAX_WAIT_MS) {
        const asked = waitMs > MAX_WAIT_MS ? ` and asked to wait ${Math.ceil(waitMs / 1000)} s` : '';
        const times = tries === 1 ? '1 attempt' : `${tries} attempts`;
        throw new UnreachableError(
          `read: ${file} could not be read in ${times} (${reason(error)}${asked}). Check the connection and try again.`,
          { cause: error },
        );
      }
      await pause(Math.max(waitMs, FIRST_DELAY_MS * 2 ** (tries - 1)), signal);
    }
  }
}

/** fetch says only "fetch failed"; why stands in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { cause } = error;
  const details = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return `${error.message}${details}`.replace(/\s+/g, ' ');
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
