import { availableParallelism } from 'node:os';
import { ConfigError, parseTokenizerConfig } from '@restok/core';
import { Generator } from '@restok/generator';
import type { GeneratorConfigInput, TokenizerConfigInput } from '@restok/core';
import { ResTok, tokenizerArchitecture } from '@restok/tokenizer';

/** How a step is divided so that it fits in memory: keys of `training`. */
export interface BatchFit {
  readonly per_gpu_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly workers: number;
  readonly gradient_checkpointing: boolean;
}

/** Samples of a step, and of one part of it at most. */
const STEP_SIZE = 16;
const MAX_BATCH = 8;
/** With fewer in a part than that, its activations are computed again instead of kept. */
const MIN_PLAIN_BATCH = 4;

/** Tensors of one process lie in one heap of WebAssembly; half of it is for activations. */
const HEAP = 4 * 2 ** 30;
const BYTES_PER_VALUE = 4;
/** Value, gradient, the sum of gradients, two moments and the moving average of each parameter. */
const VALUES_PER_PARAMETER = 6;
/**
 * Values that a step holds at its peak for each value of a token in a block, or of a pixel in a channel of a residual
 * block. Measured with models of 128 and 256 channels; 53 and 21 there.
 */
const VALUES_PER_TOKEN = 55;
const VALUES_PER_PIXEL = 24;
/** Measured: 3.5 times less in a model of 5 blocks on each side, 6.4 times less with 12. */
const SAVED_BY_CHECKPOINTING = 3;

/**
 * How the steps of a tokenizer fit in memory.
 *
 * @throws ConfigError when not even its weights and their moments fit in the memory of a process.
 */
export function fitTokenizerBatch(config: TokenizerConfigInput): BatchFit {
  const architecture = tokenizerArchitecture(parseTokenizerConfig(config));
  const { model, grid, schedule, encoder, decoder, cropSize } = architecture;
  const cells = grid.rows * grid.columns;
  // Each scale adds half as many image tokens as the one before.
  const encoderTokens = 2 * cells + schedule.numLatents;
  const decoderTokens = cells + schedule.numLatents;
  const tokens =
    encoder.layers * encoder.width * encoderTokens + decoder.layers * decoder.width * decoderTokens;
  const { hidden_channels: hidden, channel_mult: multipliers, num_res_blocks: numBlocks } = model.pixel_cnn;
  const pixels = multipliers.reduce((sum, multiplier, i) => {
    const side = cropSize / 2 ** i;
    return sum + numBlocks * hidden * multiplier * side * side;
  }, 0);
  const cnns = model.vae_encoder ? 2 : 1;
  const values = VALUES_PER_TOKEN * tokens + VALUES_PER_PIXEL * cnns * pixels;
  return fit(new ResTok(config).numParameters, values);
}

/** The same for a generator. */
export function fitGeneratorBatch(config: GeneratorConfigInput): BatchFit {
  const generator = new Generator(config);
  const { n_layer: layers, dim: width } = generator.config;
  const values = VALUES_PER_TOKEN * layers * width * generator.numLatents;
  return fit(generator.numParameters, values);
}

function fit(numParameters: number, valuesPerSample: number): BatchFit {
  const held = BYTES_PER_VALUE * VALUES_PER_PARAMETER * numParameters;
  if (held > HEAP / 2) {
    const [needed, room] = [held, HEAP].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`);
    const problem = `the ${(numParameters / 1e6).toFixed(0)}M parameters need ${needed} to be trained, and a process has ${room}`;
    throw new ConfigError(`fineTuning: ${problem}. Fine-tune a smaller model here.`, [problem]);
  }
  const fitting = (bytes: number): number => Math.min(MAX_BATCH, Math.floor((HEAP / 2 - held / 2) / bytes));
  const plain = fitting(BYTES_PER_VALUE * valuesPerSample);
  const isPlain = plain >= MIN_PLAIN_BATCH;
  const spared = fitting((BYTES_PER_VALUE * valuesPerSample) / SAVED_BY_CHECKPOINTING);
  const batch = isPlain ? plain : Math.max(1, spared);
  const parts = Math.ceil(STEP_SIZE / batch);
  return {
    per_gpu_batch_size: batch,
    gradient_accumulation_steps: parts,
    workers: Math.min(parts, availableParallelism()),
    gradient_checkpointing: !isPlain,
  };
}
