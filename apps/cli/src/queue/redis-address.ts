import { InvalidArgumentError } from 'commander';

/** Where Redis is. */
export interface RedisAddress {
  readonly url: string;
  /** Without user and password, for messages. */
  readonly shown: string;
}

/** Reads `redis://HOST:PORT`, with user, password and number of a database where they are needed. */
export function parseRedisAddress(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
  if (url === undefined || !isRedis || url.hostname === '' || !/^(\/\d*)?$/.test(url.pathname)) {
    throw new InvalidArgumentError('It must be the address of a Redis, for instance redis://127.0.0.1:6379.');
  }
  return { url: text, shown: `${url.protocol}//${url.hostname}:${url.port === '' ? 6379 : url.port}` };
}
