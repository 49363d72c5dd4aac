import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CheckpointError } from '@restok/core';

/** Places of the models that ship with restok: inside the published package, or in the repository. */
const PLACES = ['../models/', '../../../models/'];

/** The model that is used when no --model is given, below `models/`. */
const TOKENIZER = 'emoji-64/tokenizer';

/** The model that is used when no --generator is given. */
const GENERATOR = 'emoji-64/generator';

/** Path of something below `models/`, or undefined where it is not installed. */
function shippedPath(name: string): string | undefined {
  return PLACES.map((place) => fileURLToPath(new URL(`${place}${name}`, import.meta.url))).find((path) =>
    existsSync(path),
  );
}

/** Folder of the tokenizer that ships, or undefined where it is not installed. */
export function findShippedTokenizer(): string | undefined {
  return shippedPath(TOKENIZER);
}

/**
 * The tokenizer that is used when no --model is given.
 *
 * @throws CheckpointError where it is not installed.
 */
export function shippedTokenizer(): string {
  const found = findShippedTokenizer();
  if (found === undefined) {
    throw new CheckpointError(
      `shippedTokenizer: no model is given, and ${TOKENIZER} did not come with this installation. Pass a model folder with --model.`,
    );
  }
  return found;
}

/** Folder of the generator that ships, or undefined where it is not installed. */
export function findShippedGenerator(): string | undefined {
  return shippedPath(GENERATOR);
}

/**
 * The generator that is used when no --generator is given.
 *
 * @throws CheckpointError where it is not installed.
 */
export function shippedGenerator(): string {
  const found = findShippedGenerator();
  if (found === undefined) {
    throw new CheckpointError(
      `shippedGenerator: no generator is given, and ${GENERATOR} did not come with this installation. Pass a model folder with --generator.`,
    );
  }
  return found;
}
