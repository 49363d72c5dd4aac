import { openModel } from '@restok/hub';
import type { TokenizerArchitecture } from '@restok/tokenizer';
import { ResTok, tokenizerArchitecture } from '@restok/tokenizer';
import { tokenizerConfigOf } from './model-kind';
import type { Output } from './output';
import { shippedTokenizer } from './shipped-model';
import type { BackendOption } from './use-backend';
import { useBackend } from './use-backend';

/** Options of every command. */
export interface CommonOptions extends BackendOption {
  readonly json: boolean;
}

/** Options of every command that runs a tokenizer. */
export interface TokenizerOptions extends CommonOptions {
  readonly model?: string;
}

/** What to do before and after the weights are loaded. */
export interface TokenizerTask<Prepared> {
  /** Reads and checks all input, knowing only the sizes of the model: what is wrong shows at once. */
  prepare(architecture: TokenizerArchitecture): Promise<Prepared>;
  run(tokenizer: ResTok, prepared: Prepared): Promise<void>;
}

/** Runs a task with the tokenizer that the options name, and frees it afterwards. */
export async function withTokenizer<Prepared>(
  options: TokenizerOptions,
  output: Output,
  task: TokenizerTask<Prepared>,
): Promise<void> {
  await useBackend(options.backend);
  const model = await openModel(options.model ?? shippedTokenizer());
  let tokenizer: ResTok | undefined;
  try {
    const prepared = await task.prepare(tokenizerArchitecture(tokenizerConfigOf(model)));
    tokenizer = await ResTok.fromWeights(model.config, model.weights, {
      onProgress: (loaded, total) => output.progress(`loading ${loaded}/${total} tensors`),
    });
    await task.run(tokenizer, prepared);
  } finally {
    tokenizer?.dispose();
    await model.close();
  }
}
