import type { TokenizerConfig } from '@restok/core';
import { resolveVitSize } from '@restok/core';
import type { GeneratorArchitecture } from '@restok/generator';

const FLOAT_BYTES = 4;
/** An MLP is four times as wide as its block. */
const MLP_FACTOR = 4;

/**
 * How many pictures go through a model together.
 *
 * @param most more are not wanted, however large the device.
 * @param limitBytes of the device's largest tensor; Infinity where it has no limit.
 * @param pictureBytes of the largest activation of one picture.
 * @returns at least 1.
 */
export function picturesAtOnce(most: number, limitBytes: number, pictureBytes: number): number {
  return Math.max(1, Math.min(most, Math.floor(limitBytes / pictureBytes)));
}

/**
 * Bytes of the largest tensor that one picture makes in a tokenizer: the first convolution's output at the picture's
 * size, or the hidden layer of an MLP. Scores of attention are left out: where tensors have a limit, on WebGPU,
 * attention is one program that keeps none.
 */
export function tokenizerPictureBytes({ model, dataset }: TokenizerConfig): number {
  const { crop_size: side } = dataset.preprocessing;
  const sizes = model.vq_model;
  const hiddenOf = (vit: typeof sizes.vit_enc_model_size, patch: number): number => {
    // All scales together have less than twice the finest one's tokens.
    const tokens = 2 * (side / patch) ** 2 + sizes.num_latent_tokens;
    return tokens * MLP_FACTOR * resolveVitSize(vit).width;
  };
  const { hidden_channels: channels, channel_mult: factors } = sizes.pixel_cnn;
  const convolutions = factors.map((factor, halvings) => (side / 2 ** halvings) ** 2 * channels * factor);
  return (
    FLOAT_BYTES *
    Math.max(
      ...convolutions,
      hiddenOf(sizes.vit_enc_model_size, sizes.vit_enc_patch_size),
      hiddenOf(sizes.vit_dec_model_size, sizes.vit_dec_patch_size),
    )
  );
}

/**
 * Bytes of the largest tensor that one picture makes in a generator: the logits of a pass, or the widest layer with
 * all latents in one pass. Guidance runs every picture twice.
 */
export function generatorPictureBytes(architecture: GeneratorArchitecture): number {
  const { width, feedForwardWidth, vocabularySize, numLatents, layout } = architecture;
  const longestPass = Math.max(...layout.passes.map(({ size }) => size));
  const widest = Math.max(3 * width, feedForwardWidth);
  return 2 * FLOAT_BYTES * Math.max(longestPass * vocabularySize, numLatents * widest);
}
