import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor2d } from '@tensorflow/tfjs-core';
import type { GeneratorConfig, GeneratorConfigInput, Random, WeightReader } from '@restok/core';
import { CheckpointError, isHarConfig, levelSchedule, parseGeneratorConfig, ShapeError } from '@restok/core';
import type { OpenModelOptions } from '@restok/hub';
import { openModel } from '@restok/hub';
import type { InitializationName } from '@restok/ops';
import { loadParameters, requireBackend } from '@restok/ops';
import { generatorArchitecture } from './architecture';
import { collectIndices, runGeneration } from './generate';
import type { GenerateOptions, GenerationStep } from './generate-options';
import { checkLabels } from './generate-options';
import { planGeneration } from './plan-generation';
import { TrainingDropouts } from './training-dropouts';
import { Transformer } from './transformer';

/** How a new model is built. */
export interface GeneratorOptions {
  /** Draws the weights; without it they stay empty until they are loaded. */
  readonly seed?: number;
  readonly initialization?: InitializationName;
  /** HAR or plain autoregression; what the config says when left out. */
  readonly har?: boolean;
}

export interface LoadOptions extends OpenModelOptions {
  /** Called after each tensor. */
  readonly onProgress?: (loaded: number, total: number) => void;
}

export interface ForwardOptions {
  /** Draws what training drops; without it nothing is dropped. */
  readonly dropouts?: Random;
}

/** Part of the names of special tokens, which only HAR models have. */
const HAR_WEIGHTS = 'spe_tok_embeddings';

/** Whether weights are those of a HAR model, which decides, whatever its config says. */
export function hasHarWeights({ entries }: Pick<WeightReader, 'entries'>): boolean {
  return [...entries.keys()].some((name) => name.includes(HAR_WEIGHTS));
}

/** Part of the names of weights that only generators have. */
const GENERATOR_WEIGHTS = 'cls_embedding.';

/** Part of the names of weights that only tokenizers have. */
const TOKENIZER_WEIGHTS = 'pixel_decoder.';

/** Whether weights are those of a generator; a config may describe both kinds of model. */
export function hasGeneratorWeights({ entries }: Pick<WeightReader, 'entries'>): boolean {
  return [...entries.keys()].some((name) => name.includes(GENERATOR_WEIGHTS));
}

/**
 * A generator: from a class to the indices of a picture, whole levels at a time (HAR) or one by one.
 *
 * @source ResTok, arXiv 2601.03955, section 3; method.md, section 7.
 */
export class Generator extends Transformer {
  readonly config: GeneratorConfig;
  /** Whether whole levels are predicted at once. */
  readonly isHar: boolean;
  /** Latents per level, coarsest first. */
  readonly levelSizes: readonly number[];
  readonly numLatents: number;
  /** The label that means "no class", `num_classes`; absent where the model has none. */
  readonly nullLabel: number | undefined;

  /**
   * @param config checked here; keys with a published value may be left out.
   * @throws ConfigError listing everything that is wrong with it.
   */
  constructor(config: GeneratorConfigInput, options: GeneratorOptions = {}) {
    const parsed = parseGeneratorConfig(config, { har: options.har });
    const isHar = options.har ?? isHarConfig(parsed);
    super(generatorArchitecture(parsed, isHar));
    this.config = parsed;
    this.isHar = isHar;
    this.numLatents = this.architecture.numLatents;
    this.levelSizes = levelSchedule(this.numLatents).levelSizes;
    this.nullLabel = this.architecture.nullLabel;
    if (options.seed !== undefined) {
      this.initialize(options.seed, options.initialization);
    }
  }

  /**
   * Loads a model folder: config.json and model.safetensors, or a sharded index.
   *
   * @param source path of a folder, its http(s) URL, or a hub id, `owner/name` or `owner/name@revision`.
   * @throws CheckpointError or ConfigError in one line that says what is wrong with the folder;
   *   BackendUnavailableError when TensorFlow.js has no backend yet.
   */
  static async fromPretrained(source: string, options: LoadOptions = {}): Promise<Generator> {
    const model = await openModel(source, options);
    try {
      return await Generator.fromWeights(model.config, model.weights, options);
    } finally {
      await model.close();
    }
  }

  /** Builds a model from a parsed config and an open weight file; it is HAR when the weights are. */
  static async fromWeights(
    config: unknown,
    weights: WeightReader,
    options: Pick<LoadOptions, 'onProgress'> = {},
  ): Promise<Generator> {
    requireBackend('Generator');
    if ([...weights.entries.keys()].some((name) => name.includes(TOKENIZER_WEIGHTS))) {
      throw new CheckpointError(
        'Generator: weights must be those of a generator, got those of a tokenizer. Open them with ResTok of @restok/tokenizer.',
      );
    }
    const har = hasHarWeights(weights);
    const generator = new Generator(parseGeneratorConfig(config, { har }), { har });
    try {
      await loadParameters(generator, weights, { onProgress: options.onProgress });
    } catch (error) {
      generator.dispose();
      throw error;
    }
    generator.makeTables();
    return generator;
  }

  /**
   * Logits of every latent, from the class and the latents before its pass.
   *
   * @param indices `[B, L]` int32.
   * @param labels `[B]` int32; `nullLabel` stands for no class.
   * @returns `[B, L, V]`, owned by the caller: those at i are of latent i.
   * @throws ShapeError when a shape or a value does not fit.
   */
  forward(indices: Tensor2D, labels: Tensor1D, options: ForwardOptions = {}): Tensor3D {
    const latents = this.checkedIndices(indices);
    const given = Array.from(labels.dataSync());
    checkLabels('forward', given, this.config.num_classes + (this.nullLabel === undefined ? 0 : 1));
    if (given.length !== indices.shape[0]) {
      throw new ShapeError(
        `forward: labels must be [${indices.shape[0]}], got [${labels.shape.join(', ')}]. Give one for each row of indices.`,
      );
    }
    const dropouts =
      options.dropouts === undefined ? undefined : new TrainingDropouts(this.config, options.dropouts);
    const kept =
      dropouts === undefined || this.nullLabel === undefined ? given : dropouts.labels(given, this.nullLabel);
    return this.wholeSequence({ labels: kept, latents, stride: this.numLatents }, dropouts);
  }

  /**
   * Generates the indices of a picture for each label and yields after every forward pass, so that a caller can
   * decode a preview. Leaving the loop frees everything.
   *
   * @throws ShapeError or ConfigError when an argument does not fit, before anything is computed.
   */
  generate(labels: readonly number[], options: GenerateOptions = {}): AsyncGenerator<GenerationStep> {
    return runGeneration(
      (batch) => this.openPasses(batch),
      this.architecture,
      planGeneration(this.architecture, labels, options),
    );
  }

  /** All indices that {@link generate} yields: int32 `[B, L]`, owned by the caller. */
  async generateIndices(labels: readonly number[], options: GenerateOptions = {}): Promise<Tensor2D> {
    const all = await collectIndices(this.generate(labels, options), labels.length, this.numLatents);
    return tensor2d(all, [labels.length, this.numLatents], 'int32');
  }

  private checkedIndices(indices: Tensor2D): Int32Array {
    const { vocabularySize } = this.architecture;
    if (indices.rank !== 2 || indices.shape[1] !== this.numLatents || indices.dtype !== 'int32') {
      throw new ShapeError(
        `forward: indices must be int32 [B, ${this.numLatents}], got ${indices.dtype} [${indices.shape.join(', ')}]. Use indices of a tokenizer with as many latents.`,
      );
    }
    const values = indices.dataSync() as Int32Array;
    const position = values.findIndex((index) => !(index >= 0 && index < vocabularySize));
    if (position >= 0) {
      throw new ShapeError(
        `forward: indices must be in 0 ... ${vocabularySize - 1}, got ${values[position]} at position ${position}. Use indices of the tokenizer that this generator was trained with.`,
        { index: values[position], position },
      );
    }
    return values;
  }
}
