import type { TokenizerConfig } from '@restok/core';
import { CheckpointError } from '@restok/core';
import type { GeneratorArchitecture } from '@restok/generator';
import { Generator, generatorArchitecture } from '@restok/generator';
import type { OpenedModel } from '@restok/hub';
import type { TokenizerArchitecture } from '@restok/tokenizer';
import { ResTok, tokenizerArchitecture } from '@restok/tokenizer';
import type { ClassList } from './class-names';
import type { EngineOption } from './engine';
import { openOnnxGenerator, openOnnxTokenizer } from './engine';
import type { CommonOptions } from './load-tokenizer';
import { folderDigest } from './file-digest';
import type { DescribedGenerator } from './model-kind';
import { generatorConfigOf, tokenizerConfigOf } from './model-kind';
import { openShownModel } from './open-model';
import type { Output } from './output';
import type { PictureCoder } from './picture-coder';
import { onnxCoder, tfjsCoder } from './picture-coder';
import { shippedGenerator, shippedTokenizer } from './shipped-model';
import { useBackend } from './use-backend';
import { weightsDigest } from './weights-digest';

/** Options of every command that runs a generator. */
export interface GeneratorOptions extends CommonOptions, EngineOption {
  readonly generator?: string;
  readonly tokenizer?: string;
}

/** What is known of a generator and its tokenizer before their weights are loaded. */
export interface PairSizes {
  readonly generator: GeneratorArchitecture;
  readonly tokenizer: TokenizerArchitecture;
  readonly classes: ClassList;
}

/** What generates indices, whatever computes it. */
export type IndexGenerator = Pick<Generator, 'generate' | 'numLatents'>;

/** Loads one of the two models for some work and frees it afterwards, so that memory need not hold both. */
export interface ModelPair {
  /** @param work gets the generator, and what gives the SHA-256 of what was loaded. */
  withGenerator<Result>(
    work: (model: IndexGenerator, digest: () => Promise<string>) => Promise<Result>,
  ): Promise<Result>;
  withTokenizer<Result>(work: (tokenizer: PictureCoder) => Promise<Result>): Promise<Result>;
}

/** What to do before and after weights are loaded. */
export interface GeneratorTask<Prepared> {
  /** Reads and checks all input, knowing only sizes: what is wrong shows at once. */
  prepare(sizes: PairSizes): Promise<Prepared>;
  run(models: ModelPair, prepared: Prepared): Promise<void>;
}

/**
 * Runs a task with the generator and the tokenizer that the options name.
 *
 * @throws CheckpointError where the two do not fit together.
 */
export async function withModelPair<Prepared>(
  options: GeneratorOptions,
  output: Output,
  task: GeneratorTask<Prepared>,
): Promise<void> {
  if (options.engine === 'onnx') {
    return withOnnxPair(options, task);
  }
  await useBackend(options.backend, options.threads);
  const generator = await openShownModel(options.generator ?? shippedGenerator(), output);
  try {
    const tokenizer = await openShownModel(options.tokenizer ?? shippedTokenizer(), output);
    try {
      const prepared = await task.prepare(sizesOf(generator, tokenizer));
      await task.run(modelPair(generator, tokenizer, output), prepared);
    } finally {
      await tokenizer.close();
    }
  } finally {
    await generator.close();
  }
}

async function withOnnxPair<Prepared>(
  options: GeneratorOptions,
  task: GeneratorTask<Prepared>,
): Promise<void> {
  const { generator: generatorFolder, tokenizer: tokenizerFolder } = options;
  const generator = await openOnnxGenerator(generatorFolder, '--generator', options);
  try {
    const tokenizer = await openOnnxTokenizer(tokenizerFolder, '--tokenizer', options);
    try {
      const prepared = await task.prepare(
        checkedSizes(
          { description: String(generatorFolder), config: generator.config, isHar: generator.isHar },
          { description: String(tokenizerFolder), config: tokenizer.config },
        ),
      );
      const models: ModelPair = {
        withGenerator: (work) => work(generator, () => folderDigest(String(generatorFolder))),
        withTokenizer: (work) => work(onnxCoder(tokenizer, String(tokenizerFolder))),
      };
      await task.run(models, prepared);
    } finally {
      await tokenizer.dispose();
    }
  } finally {
    await generator.dispose();
  }
}

function sizesOf(generator: OpenedModel, tokenizer: OpenedModel): PairSizes {
  return checkedSizes(
    { description: generator.description, ...generatorConfigOf(generator) },
    { description: tokenizer.description, config: tokenizerConfigOf(tokenizer) },
  );
}

/** Sizes of two models that fit together. */
function checkedSizes(
  generator: DescribedGenerator & { readonly description: string },
  tokenizer: { readonly description: string; readonly config: TokenizerConfig },
): PairSizes {
  const { config, isHar } = generator;
  const sizes = {
    generator: generatorArchitecture(config, isHar),
    tokenizer: tokenizerArchitecture(tokenizer.config),
    classes: { numClasses: config.num_classes, names: config.class_names },
  };
  const { numLatents, vocabularySize } = sizes.generator;
  const { schedule, model } = sizes.tokenizer;
  if (numLatents !== schedule.numLatents || vocabularySize !== model.codebook_size) {
    throw new CheckpointError(
      `restok: the generator ${generator.description} and the tokenizer ${tokenizer.description} must have the same latents and codes, got ${numLatents} latents of ${vocabularySize} codes and ${schedule.numLatents} of ${model.codebook_size}. Pass the tokenizer that the generator was trained with as --tokenizer.`,
    );
  }
  return sizes;
}

function modelPair(generator: OpenedModel, tokenizer: OpenedModel, output: Output): ModelPair {
  const onProgress = (loaded: number, total: number): void =>
    output.progress(`loading ${loaded}/${total} tensors`);
  return {
    async withGenerator(work) {
      const loaded = await Generator.fromWeights(generator.config, generator.weights, { onProgress });
      return work(loaded, () => weightsDigest(loaded)).finally(() => loaded.dispose());
    },
    async withTokenizer(work) {
      const loaded = await ResTok.fromWeights(tokenizer.config, tokenizer.weights, { onProgress });
      return work(tfjsCoder(loaded)).finally(() => loaded.dispose());
    },
  };
}
