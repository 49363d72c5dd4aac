import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ConfigTree } from '@restok/core';
import { CheckpointError, DataError, parseGeneratorConfig, parseTokenizerConfig } from '@restok/core';
import { isShardPattern } from '@restok/data';
import { hasGeneratorWeights, hasHarWeights } from '@restok/generator';
import type { OpenedModel } from '@restok/hub';
import { openModel } from '@restok/hub';
import type { BatchFit } from './batch-fit';
import { fitGeneratorBatch, fitTokenizerBatch } from './batch-fit';

/** What to fine-tune, on what. */
export interface FineTuningOptions {
  /** A model folder, or what else `openModel` takes. */
  readonly init: string;
  /** Pictures: a folder, tar shards or the emoji set. Of a generator without a tokenizer, a folder of codes. */
  readonly data: string;
  /** Folder of the run; by default one named after the model, below `output`. */
  readonly out?: string;
}

export interface GeneratorFineTuningOptions extends FineTuningOptions {
  /** Tokenises the pictures and decodes samples. */
  readonly tokenizer?: string;
}

/** Our choice: a run of some minutes, seen and saved ten times. */
const MAX_STEPS = 1000;
const REPORT_EVERY = 100;
const WARMUP_STEPS = 50;
/** How much lower the learning rate is than in training from scratch, and its end than its start. */
const GENTLER = 10;
/** Published rate of training from scratch, for models that do not say theirs. @source method.md, section 8. */
const PUBLISHED_LEARNING_RATE = 1e-4;

/**
 * A training config that goes on from a tokenizer: its own sizes and losses of reconstruction, a tenth of its learning
 * rate, a short warm-up, a moving average, evaluation and samples. Nothing is drawn or revived, so that its codes
 * change only as far as the gradient moves them.
 *
 * @throws CheckpointError, DataError or ConfigError in one line when the model or the data are missing, or the model is
 *   no tokenizer or too large to be trained here.
 */
export async function tokenizerFineTuning(options: FineTuningOptions): Promise<ConfigTree> {
  const model = await modelOf(options.init, 'tokenizer', ({ config }) => {
    parseTokenizerConfig(config);
    return config as ConfigTree;
  });
  await checkData(options.data);
  const dataset = sectionOf(model, 'dataset');
  const losses = sectionOf(model, 'losses');
  return {
    ...model,
    experiment: experimentOf(options),
    losses: pick(losses, ['reconstruction_loss', 'reconstruction_weight', 'quantizer_weight']),
    dataset: {
      params: { train_shards_path_or_url: options.data },
      preprocessing: { ...pick(sectionOf(dataset, 'preprocessing'), ['crop_size', 'resize_shorter_edge']) },
    },
    ...updatesOf(model, fitTokenizerBatch(parseTokenizerConfig(model)), { maxGradNorm: 10 }),
  };
}

/** The same for a generator, see {@link tokenizerFineTuning}. */
export async function generatorFineTuning(options: GeneratorFineTuningOptions): Promise<ConfigTree> {
  const generator = await modelOf(options.init, 'generator', ({ config, weights }) =>
    parseGeneratorConfig(config, { har: hasHarWeights(weights) }),
  );
  await checkData(options.data);
  const { tokenizer } = options;
  return {
    experiment: { ...experimentOf(options), tokenizer_checkpoint: tokenizer },
    model: { generator },
    dataset: {
      params:
        tokenizer === undefined
          ? { pretokenization: options.data }
          : { train_shards_path_or_url: options.data },
    },
    ...updatesOf({}, fitGeneratorBatch(generator), { maxGradNorm: 1 }),
  };
}

/** What a reader makes of an opened model of a kind. */
async function modelOf<Config>(
  init: string,
  kind: 'tokenizer' | 'generator',
  read: (model: OpenedModel) => Config,
): Promise<Config> {
  const model = await openModel(init);
  try {
    const found = hasGeneratorWeights(model.weights) ? 'generator' : 'tokenizer';
    if (found !== kind) {
      throw new CheckpointError(
        `fineTuning: ${model.description} holds a ${found}, not a ${kind}. Run: restok train ${found} --init ${init}`,
      );
    }
    return read(model);
  } finally {
    await model.close();
  }
}

async function checkData(data: string): Promise<void> {
  const isThere = isShardPattern(data) || (await stat(data).catch(() => undefined)) !== undefined;
  if (!isThere) {
    throw new DataError(`fineTuning: ${data} does not exist. Pass a folder of pictures with --data.`);
  }
}

function experimentOf({ init, out }: FineTuningOptions): ConfigTree {
  const name = `${basename(resolve(init))}-tuned`;
  return {
    name,
    output_dir: out ?? join('output', name),
    init_weight: init,
    save_every: REPORT_EVERY,
    eval_every: REPORT_EVERY,
    generate_every: REPORT_EVERY,
    log_every: 10,
    resume: true,
  };
}

function updatesOf(model: ConfigTree, fit: BatchFit, { maxGradNorm }: { maxGradNorm: number }): ConfigTree {
  const optimizer = sectionOf(sectionOf(model, 'optimizer'), 'params');
  const trained = optimizer.learning_rate;
  const scratch = typeof trained === 'number' ? trained : PUBLISHED_LEARNING_RATE;
  const learningRate = scratch / GENTLER;
  return {
    optimizer: {
      params: { ...pick(optimizer, ['beta1', 'beta2', 'weight_decay']), learning_rate: learningRate },
    },
    lr_scheduler: {
      scheduler: 'cosine',
      params: {
        learning_rate: '${optimizer.params.learning_rate}',
        warmup_steps: WARMUP_STEPS,
        end_lr: learningRate / GENTLER,
      },
    },
    training: {
      ...fit,
      max_train_steps: MAX_STEPS,
      max_grad_norm: maxGradNorm,
      use_ema: true,
      ema_decay: 0.999,
      seed: 0,
    },
  };
}

/** A section of a config; empty where there is none. */
function sectionOf(config: ConfigTree, key: string): ConfigTree {
  const value = config[key];
  return typeof value === 'object' && value !== null ? (value as ConfigTree) : {};
}

function pick(section: ConfigTree, keys: readonly string[]): ConfigTree {
  return Object.fromEntries(keys.flatMap((key) => (section[key] === undefined ? [] : [[key, section[key]]])));
}
