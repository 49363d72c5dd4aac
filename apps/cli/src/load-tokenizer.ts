import { ResTok } from '@restok/tokenizer';
import type { Output } from './output';
import { shippedTokenizer } from './shipped-model';
import type { BackendName } from './use-backend';
import { useBackend } from './use-backend';

/** Options of every command that runs a tokenizer. */
export interface TokenizerOptions {
  readonly model?: string;
  readonly backend: BackendName;
  readonly json: boolean;
}

/** Sides of the pictures that a tokenizer takes. */
export function pictureSize(tokenizer: ResTok): number {
  return tokenizer.config.dataset.preprocessing.crop_size;
}

/** Runs with the tokenizer that the options name, and frees it afterwards. */
export async function withTokenizer<T>(
  options: TokenizerOptions,
  output: Output,
  run: (tokenizer: ResTok) => Promise<T>,
): Promise<T> {
  await useBackend(options.backend);
  const tokenizer = await ResTok.fromPretrained(options.model ?? shippedTokenizer(), {
    onProgress: (loaded, total) => output.progress(`loading ${loaded}/${total} tensors`),
  });
  try {
    return await run(tokenizer);
  } finally {
    tokenizer.dispose();
  }
}
