const KEY = 'hub';

/** Names of this machine. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * The hub that `?hub=http://127.0.0.1:8080` in the address names, for work on the page without a network. Only a page
 * of this machine takes one, and only one of this machine, so that no link can make a page trust another hub.
 *
 * @returns undefined for Hugging Face's.
 */
export function hubEndpoint({ search, hostname }: Pick<Location, 'search' | 'hostname'>): string | undefined {
  const asked = new URLSearchParams(search).get(KEY);
  if (asked === null || !LOOPBACK.test(hostname) || !URL.canParse(asked)) {
    return undefined;
  }
  const { protocol, hostname: host, origin } = new URL(asked);
  return /^https?:$/.test(protocol) && LOOPBACK.test(host) ? origin : undefined;
}
