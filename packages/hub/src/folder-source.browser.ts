import type { ModelSource } from './model-source';

export { openHub } from './open-hub-in-page';

/** What can be named here, for messages. */
export const PLACES =
  'the address of a model folder (that of one in this site begins with ./ or /) or a hub id';

/** What is surely no hub id. */
const PATH = /^\.{0,2}\//;

/** Browsers have no folders: there is never anything at a path. */
export function openFolder(_path: string): Promise<{ source: ModelSource; file?: string } | undefined> {
  return Promise.resolve(undefined);
}

/** The address that `./folder` or `/folder` means in a page or a worker; undefined for any other text. */
export function addressOfPath(spec: string): string | undefined {
  const { location } = globalThis as { location?: { readonly href: string } };
  if (!PATH.test(spec) || location === undefined || !/^https?:/.test(location.href)) {
    return undefined;
  }
  return new URL(spec, location.href).href;
}
