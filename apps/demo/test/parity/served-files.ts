/** The few functions of node:fs that reading fixtures takes, for a page: files come from the server of the tests. */

declare global {
  /** Addresses of the files of the fixtures of RESTOK_FIXTURES, below the server; set by the config of these tests. */
  var MORE_FIXTURE_FILES: readonly string[];
}

/** Addresses of the files of all fixtures, below the server. */
const addresses: readonly string[] = [
  ...Object.keys(import.meta.glob('../../../../packages/testing/fixtures/*/*')).map(
    (path) => new URL(path, import.meta.url).pathname,
  ),
  ...MORE_FIXTURE_FILES,
];

const pathOf = (address: string): string => new URL(address, import.meta.url).pathname;

/** Whether a fixture holds this file. */
export function existsSync(address: string): boolean {
  return addresses.includes(pathOf(address));
}

/** Names of the fixtures. */
export function readdirSync(folder: string): string[] {
  const path = pathOf(folder);
  const inside = addresses.filter((address) => address.startsWith(path));
  return [...new Set(inside.map((address) => address.slice(path.length).split('/')[0]!))];
}

/** A file, waited for: the suites read fixtures while they are set up. */
export function readFileSync(address: string, encoding?: 'utf8'): Uint8Array | string {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  if (encoding === undefined) {
    // Every byte as the character of its number, plus 0xf700 from 0x80 on.
    request.overrideMimeType('text/plain; charset=x-user-defined');
  }
  request.send();
  if (request.status !== 200) {
    throw new Error(`readFileSync: ${address} cannot be read (${request.status}).`);
  }
  return encoding === undefined
    ? Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff)
    : request.responseText;
}

/** node:url's, for folders: addresses serve as paths here. Vite takes the slash at their end away. */
export function fileURLToPath(url: URL): string {
  return url.href.replace(/\/?$/, '/');
}
