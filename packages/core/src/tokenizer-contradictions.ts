import { configLimits } from './config-limits';
import type { Contradiction, Demand } from './contradiction';
import { contradictionsOf } from './contradiction';
import { isPowerOfTwo } from './level-schedule';
import type { TokenizerConfig, VqModelConfig } from './tokenizer-config';
import { resolveVitSize } from './tokenizer-config';

/** What contradicts what in a config whose values are of the right types. */
export function tokenizerContradictions(config: TokenizerConfig): Contradiction[] {
  const model = config.model.vq_model;
  const cropSize = config.dataset.preprocessing.crop_size;
  return contradictionsOf((demand) => {
    checkPixelCnn(model, cropSize, demand);
    checkLatents(model, demand);
    checkQuantizer(model, demand);
    checkMerging(model, cropSize, demand);
    checkHeads(model, demand);
  });
}

/** How much smaller than the picture the grid of image tokens is along a side. */
function downsampling({ pixel_cnn }: VqModelConfig): number {
  return 2 ** (pixel_cnn.channel_mult.length - 1);
}

function checkPixelCnn(model: VqModelConfig, cropSize: number, demand: Demand): void {
  const factor = downsampling(model);
  for (const key of ['vit_enc_patch_size', 'vit_dec_patch_size'] as const) {
    demand(
      model[key] === factor,
      `${key} is ${model[key]}, but pixel_cnn.channel_mult downsamples by ${factor}; they must be equal`,
      ['pixel_cnn', key],
    );
  }
  const channels = model.pixel_cnn.hidden_channels;
  demand(
    channels % 32 === 0,
    `pixel_cnn.hidden_channels must be a multiple of 32 (GroupNorm has 32 groups), got ${channels}`,
    ['pixel_cnn'],
  );
  const widest = channels * Math.max(...model.pixel_cnn.channel_mult);
  demand(
    widest <= configLimits.width,
    `pixel_cnn has ${widest} channels where it is widest, more than ${configLimits.width}`,
    ['pixel_cnn'],
  );
  demand(
    model.pixel_cnn.num_res_blocks > 0 ||
      model.pixel_cnn.channel_mult.every((multiplier) => multiplier === 1),
    'pixel_cnn.num_res_blocks 0 leaves nothing that changes the number of channels: every channel_mult must be 1',
    ['pixel_cnn'],
  );
  demand(cropSize % factor === 0, `crop_size ${cropSize} must be a multiple of the patch size ${factor}`, [
    'pixel_cnn',
    'crop_size',
  ]);

  const imageTokens = (cropSize / factor) ** 2;
  demand(
    imageTokens <= configLimits.positions,
    `crop_size ${cropSize} over patches of ${factor} makes ${imageTokens} image tokens, more than ${configLimits.positions}`,
    ['pixel_cnn', 'crop_size'],
  );
}

function checkLatents(model: VqModelConfig, demand: Demand): void {
  const latents = model.num_latent_tokens;
  demand(
    isPowerOfTwo(latents) && latents >= 2,
    `num_latent_tokens must be a power of two of at least 2, got ${latents}`,
    ['num_latent_tokens'],
  );
  const minimum = model.num_min_tokens;
  demand(
    isPowerOfTwo(minimum) && minimum <= latents,
    `num_min_tokens must be a power of two up to ${latents}, got ${minimum}`,
    ['num_latent_tokens', 'num_min_tokens'],
  );
  const tested = model.test_num_latent_tokens ?? latents;
  demand(tested <= latents, `test_num_latent_tokens is ${tested}, more than num_latent_tokens ${latents}`, [
    'num_latent_tokens',
    'test_num_latent_tokens',
  ]);
  demand(model.reduction_ratio === 0.5, `reduction_ratio must be 0.5, got ${model.reduction_ratio}`, [
    'reduction_ratio',
  ]);
}

function checkQuantizer(model: VqModelConfig, demand: Demand): void {
  const isScalar = model.quantizer === 'fsq';
  const levels = model.fsq_levels ?? [];
  demand(
    isScalar === levels.length > 0,
    isScalar ? 'quantizer fsq needs fsq_levels' : 'fsq_levels is read with quantizer fsq alone; leave it out',
    ['quantizer', 'fsq_levels'],
  );
  if (isScalar && levels.length > 0) {
    const size = levels.reduce((product, count) => product * count, 1);
    demand(
      size === model.codebook_size && levels.length === model.token_size,
      `fsq_levels makes codebook_size ${size} and token_size ${levels.length}, got ${model.codebook_size} and ${model.token_size}`,
      ['quantizer', 'fsq_levels', 'codebook_size', 'token_size'],
    );
  }
  demand(
    !isScalar || (model.entropy_loss_ratio === 0 && !model.clustering_vq),
    'quantizer fsq has no codebook to train: entropy_loss_ratio must be 0 and clustering_vq false',
    ['quantizer', 'entropy_loss_ratio', 'clustering_vq'],
  );
}

function checkMerging(model: VqModelConfig, cropSize: number, demand: Demand): void {
  const gridWidth = cropSize / downsampling(model);
  const stages = model.hierarchy_stages;
  const neededWidth = 2 ** Math.max(0, stages - 1);
  demand(
    !model.merge_tokens || gridWidth % neededWidth === 0,
    `hierarchy_stages ${stages} halves the grid's width ${stages - 1} times, so ${gridWidth} must be a multiple of ${neededWidth}; use fewer stages or a larger crop_size`,
    ['pixel_cnn', 'crop_size', 'merge_tokens', 'hierarchy_stages'],
  );
}

function checkHeads(model: VqModelConfig, demand: Demand): void {
  for (const key of ['vit_enc_model_size', 'vit_dec_model_size'] as const) {
    const { width, heads } = resolveVitSize(model[key]);
    demand(
      width % heads === 0 && (width / heads) % 4 === 0,
      `${key}: width ${width} over ${heads} heads must give a head width that is a multiple of 4`,
      [key],
    );
  }
}
