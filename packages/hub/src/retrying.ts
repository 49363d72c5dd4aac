import { CheckpointError } from '@restok/core';

const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** A failure that may pass. */
export class TransientError extends Error {}

/**
 * Tries again, waiting twice as long each time, unless the failure is a CheckpointError, which is final.
 *
 * @param file what errors call what is read.
 * @param signal ends the attempts, with its reason.
 * @throws CheckpointError after the last attempt, with what went wrong in it.
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
      if (tries === MAX_ATTEMPTS) {
        throw new CheckpointError(
          `read: ${file} could not be read in ${tries} attempts (${reason(error)}). Check the connection and try again.`,
          { cause: error },
        );
      }
      await pause(FIRST_DELAY_MS * 2 ** (tries - 1), signal);
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
