import type * as Bullmq from 'bullmq';
import type * as Ioredis from 'ioredis';
import { UsageError } from '../usage-error';

/** The packages of the queue, which few need and nothing else loads. */
export interface QueuePackages {
  readonly bullmq: typeof Bullmq;
  readonly ioredis: typeof Ioredis;
}

/**
 * Loads the packages of the queue.
 *
 * @param load replaced in tests.
 * @throws UsageError that says what to install where they are missing.
 */
export async function loadQueuePackages(
  load: () => Promise<QueuePackages> = async () => ({
    bullmq: await import('bullmq'),
    ioredis: await import('ioredis'),
  }),
): Promise<QueuePackages> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new UsageError(
        'restok: --queue needs two packages that do not come with restok. Install them beside it: npm install bullmq@6 ioredis@6.',
      );
    }
    throw error;
  }
}
