import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CheckpointError } from '@restok/core';

/** Places of the models that ship with restok: inside the published package, or in the repository. */
const PLACES = ['../models/', '../../../models/'];

/** Path of something below `models/`. */
export function shippedPath(name: string): string {
  for (const place of PLACES) {
    const path = fileURLToPath(new URL(`${place}${name}`, import.meta.url));
    if (existsSync(path)) {
      return path;
    }
  }
  throw new CheckpointError(
    `shippedPath: ${name} did not come with this installation. Pass a model with --model.`,
  );
}

/** The tokenizer that is used when no --model is given. */
export function shippedTokenizer(): string {
  return shippedPath('emoji-64/tokenizer');
}
