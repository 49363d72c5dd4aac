import type { TokenizerArchitecture } from '@restok/tokenizer';
import { ResTok, tokenizerArchitecture } from '@restok/tokenizer';
import type { EngineOption } from './engine';
import { openOnnxTokenizer, refuseRefinement } from './engine';
import type { RefineOption } from './find-codes';
import { codeFinder } from './find-codes';
import { tokenizerConfigOf } from './model-kind';
import { openShownModel } from './open-model';
import type { Output } from './output';
import type { PictureCoder } from './picture-coder';
import { onnxCoder, tfjsCoder } from './picture-coder';
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

/** Options of every command that takes pictures through a tokenizer. */
export interface CoderOptions extends TokenizerOptions, EngineOption {}

/** What to do before and after the weights are loaded. */
export interface TokenizerTask<Prepared, Tokenizer = ResTok> {
  /** Reads and checks all input, knowing only the sizes of the model: what is wrong shows at once. */
  prepare(architecture: TokenizerArchitecture): Promise<Prepared>;
  run(tokenizer: Tokenizer, prepared: Prepared): Promise<void>;
}

/** Runs a task with the tokenizer that the options name, and frees it afterwards. */
export async function withTokenizer<Prepared>(
  options: TokenizerOptions,
  output: Output,
  task: TokenizerTask<Prepared>,
): Promise<void> {
  await useBackend(options.backend, options.threads);
  const model = await openShownModel(options.model ?? shippedTokenizer(), output);
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

/** Runs a task with the tokenizer and the engine that the options name. */
export async function withCoder<Prepared>(
  options: CoderOptions & RefineOption,
  output: Output,
  task: TokenizerTask<Prepared, PictureCoder>,
): Promise<void> {
  if (options.engine !== 'onnx') {
    return withTokenizer(options, output, {
      prepare: (architecture) => task.prepare(architecture),
      run: (tokenizer, prepared) =>
        task.run(tfjsCoder(tokenizer, codeFinder(tokenizer, options, output)), prepared),
    });
  }
  refuseRefinement(options);
  const tokenizer = await openOnnxTokenizer(options.model, '--model', options);
  try {
    const prepared = await task.prepare(tokenizerArchitecture(tokenizer.config));
    await task.run(onnxCoder(tokenizer, String(options.model)), prepared);
  } finally {
    await tokenizer.dispose();
  }
}
