// What opens models in Node: `#folder-source` means this file there, and folder-source.browser.ts in browsers.
export { openFolder } from './open-folder';
export { openHub } from './open-hub';

/** What can be named here, for messages. */
export const PLACES = 'a model folder, its https URL or a hub id';

/** A path is never an address here. */
export function addressOfPath(_spec: string): string | undefined {
  return undefined;
}
