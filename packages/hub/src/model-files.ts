import { CheckpointError } from '@restok/core';
import type { HubFile, HubListing } from './hub-listing';
import { quoteName } from './quote-name';

const CONFIG = /^config\.(json|ya?ml)$/;
const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const PICKLE = /\.(bin|pt|pth|ckpt|pkl)$/i;

/** Texts that belong to a model: what it is, whose, under which licence. */
const TEXT = /^[^/]+\.(json|ya?ml|md|txt)$/i;
const UNNAMED_TEXT = /^(licen[cs]e|notice|credits)$/i;
const OTHER_INDEX = /\.index\.json$/i;
const MAX_TEXT_BYTES = 4 * 2 ** 20;

/** What of a listing is a model's; the shards are known once the index has been read. */
export interface ModelFiles {
  readonly files: readonly HubFile[];
  /** Of a model whose weights are in several files. */
  readonly index?: HubFile;
}

/**
 * Picks a model's files: config, safetensors weights, and the small texts beside them. Pickles never are.
 *
 * @param place what errors call the model.
 * @throws CheckpointError when there is no config, or there are no safetensors weights.
 */
export function modelFiles({ files }: HubListing, place: string): ModelFiles {
  if (!files.some(({ path }) => CONFIG.test(path))) {
    throw new CheckpointError(`openHub: ${place} holds no config.json. Name a model of ResTok.`);
  }
  const texts = files.filter(
    ({ path, bytes }) =>
      (TEXT.test(path) || UNNAMED_TEXT.test(path)) && !OTHER_INDEX.test(path) && bytes <= MAX_TEXT_BYTES,
  );
  const weights = files.find(({ path }) => path === WEIGHTS);
  if (weights !== undefined) {
    return { files: [...texts, weights] };
  }
  const index = files.find(({ path }) => path === INDEX);
  if (index !== undefined) {
    return { files: [...texts, index], index };
  }
  const pickle = files.find(({ path }) => PICKLE.test(path));
  const found =
    pickle === undefined ? '' : ` but ${pickle.path}, a pickle, which could run code and is never read`;
  throw new CheckpointError(`openHub: ${place} holds no ${WEIGHTS}${found}. Name a model with one.`);
}

/**
 * Adds the shards that an index names.
 *
 * @throws CheckpointError when one of them is not on the hub.
 */
export function withShards(
  chosen: ModelFiles,
  listing: HubListing,
  shards: Iterable<string>,
  place: string,
): readonly HubFile[] {
  const added = [...new Set(shards)].map((shard) => {
    const file = listing.files.find(({ path }) => path === shard);
    if (file === undefined || !shard.endsWith('.safetensors')) {
      throw new CheckpointError(
        `openHub: ${place} names ${quoteName(shard)} in ${INDEX}, but holds no such safetensors file. Ask its owner.`,
      );
    }
    return file;
  });
  return [...chosen.files, ...added];
}
