import { DataError } from '@restok/core/errors';
import { problemOf } from '../read-file';
import type { EmojiSource } from './sources';

/** Gets the tarball of a source. */
export type TarballFetcher = (
  source: EmojiSource,
  options: { readonly signal?: AbortSignal },
) => Promise<Uint8Array>;

/**
 * From the npm registry, or the one that the variable `npm_config_registry` names; the client checks the integrity.
 *
 * @throws DataError when it cannot be had, the signal's reason when that stops it.
 */
export const fetchTarball: TarballFetcher = async (source, { signal }) => {
  signal?.throwIfAborted();
  const { packageName, version, integrity } = source;
  const options = { integrity, signal, registry: process.env.npm_config_registry };
  // The registry's client takes a third of a second to load and is only needed here.
  const { default: pacote } = await import('pacote');
  try {
    return await pacote.tarball(`${packageName}@${version}`, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw new DataError(
      `fetchTarball: ${packageName}@${version} could not be fetched (${problemOf(error)}). Check the connection and the registry, and try again.`,
      { cause: error },
    );
  }
};
