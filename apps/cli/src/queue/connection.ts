import type { Redis } from 'ioredis';
import { DataError } from '@restok/core';
import { printError } from '../output';
import type { QueuePackages } from './load-bullmq';
import type { RedisAddress } from './redis-address';

/** The longest wait before a connection is tried again. */
const MAX_RETRY_MS = 2000;

/** A connection to Redis that waits for it when it is away. */
export interface QueueConnection {
  readonly redis: Redis;
  /** Says once that Redis is away where an error means that, and gives back whether it does. */
  noticed(error: Error): boolean;
  close(): void;
}

/**
 * Connects to Redis. Later losses are said in one line each on standard error and waited for.
 *
 * @throws DataError when it does not answer now.
 */
export async function connectQueue(
  { ioredis }: QueuePackages,
  { url, shown }: RedisAddress,
): Promise<QueueConnection> {
  const redis = new ioredis.Redis(url, {
    lazyConnect: true,
    // Workers wait for their jobs as long as it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, MAX_RETRY_MS),
  });
  let isAway = false;
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new DataError(
      `restok: no Redis answers at ${shown} (${problemOf(lastError ?? error)}). Start it, for instance with redis-server, or check --queue.`,
      { address: shown },
    );
  }
  const away = (error?: Error): void => {
    if (!isAway) {
      isAway = true;
      const problem = error === undefined ? '' : ` (${problemOf(error)})`;
      printError(`restok: Redis at ${shown} is away${problem}; work goes on when it is back.`);
    }
  };
  redis.on('close', () => away());
  redis.on('ready', () => {
    if (isAway) {
      isAway = false;
      printError(`restok: Redis at ${shown} is back.`);
    }
  });
  return {
    redis,
    noticed(error) {
      const isLoss = isConnectionLoss(error);
      if (isLoss && redis.status !== 'ready') {
        away(error);
      }
      return isLoss;
    },
    close() {
      redis.removeAllListeners('close');
      redis.disconnect();
    },
  };
}

const LOSSES = /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|Connection is closed|LOADING|UNBLOCKED/;

/** Whether an error says that Redis cannot be reached or is only just starting. */
function isConnectionLoss(error: Error): boolean {
  return LOSSES.test(`${problemOf(error)} ${error.message}`);
}

function problemOf(error: unknown): string {
  return error instanceof Error
    ? String((error as NodeJS.ErrnoException).code ?? error.message)
    : String(error);
}
