import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** How long Redis may take to start. */
const START_MS = 10_000;

/** A Redis of a test's own: on a free port of this machine, with what it was told kept in a temporary folder. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
  /** Starts it again with what it had when it was stopped. */
  start(): Promise<void>;
  /** Stops it and removes what it kept. */
  end(): Promise<void>;
}

/**
 * Starts a Redis, to be ended by the caller.
 *
 * @throws Error that says how to get Redis where there is none.
 */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'restok-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const stopping = server;
    server = undefined;
    if (stopping !== undefined && stopping.exitCode === null) {
      const ended = new Promise((resolve) => stopping.once('exit', resolve));
      stopping.kill('SIGTERM');
      await ended;
    }
  };
  const start = async (): Promise<void> => {
    server = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
        ...['--appendonly', 'yes', '--save', ''],
      ],
      { stdio: 'ignore' },
    );
    const failed = new Promise<never>((_, reject) => {
      server!.once('error', (error: NodeJS.ErrnoException) => {
        reject(
          error.code === 'ENOENT'
            ? new Error(
                'startRedis: redis-server is not installed. Install it, for instance with apt-get install redis-server or brew install redis.',
              )
            : error,
        );
      });
    });
    await Promise.race([answers(url), failed]);
  };
  const end = async (): Promise<void> => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await end();
    throw error;
  }
  return { url, stop, start, end };
}

/** Waits until Redis answers and has read what it kept. */
async function answers(url: string): Promise<void> {
  const deadline = performance.now() + START_MS;
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  try {
    while (performance.now() < deadline) {
      const answer = await Promise.race([redis.ping().catch(() => undefined), sleep(500)]);
      if (answer === 'PONG') {
        return;
      }
      await sleep(20);
    }
    throw new Error(`startRedis: redis-server did not answer at ${url} within ${START_MS} ms.`);
  } finally {
    redis.disconnect();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
