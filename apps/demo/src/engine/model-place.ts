import { parseHubId } from '@restok/hub';
import type { ModelPlace } from './engine-api';

/** A place with what to call the model there. */
export interface NamedPlace {
  readonly place: ModelPlace;
  readonly name: string;
}

/** A weight file of the usual name stands for its folder. */
const WEIGHTS = /\/model\.safetensors(\.index\.json)?$/;

/**
 * Where a model lies: `owner/name`, with or without `@revision`, is one of a hub; anything else is the address of a
 * folder, relative to the page where it begins with `./` or `/`.
 *
 * @param endpoint of the hub; Hugging Face's when left out.
 * @throws CheckpointError when the revision cannot be one; TypeError for what is no address.
 */
export function modelPlace(text: string, base: string, endpoint?: string): NamedPlace {
  const asked = text.trim();
  const id = parseHubId(asked);
  if (id !== undefined) {
    return { place: { kind: 'hub', id: asked, endpoint }, name: id.name };
  }
  const url = new URL(asked, base);
  url.pathname = url.pathname.replace(WEIGHTS, '').replace(/\/+$/, '');
  url.hash = '';
  return { place: { kind: 'url', url: url.href }, name: url.pathname.split('/').at(-1) || url.host };
}
