import { CheckpointError } from '@restok/core';

/** Whether a spec is an address rather than a path. */
export function isWebAddress(spec: string): boolean {
  return /^https?:\/\//i.test(spec);
}

/**
 * Parses the http(s) address of a model.
 *
 * @throws CheckpointError when it is no address or holds a password, which would end up in messages.
 */
export function parseWebAddress(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new CheckpointError(`openSource: ${address} is not a valid address. Correct it.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CheckpointError(
      `openSource: the address of ${url.host} must not hold a name or password. Pass an Authorization header in options.headers.`,
    );
  }
  return url;
}
