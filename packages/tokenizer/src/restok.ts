import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { reshape, tidy } from '@tensorflow/tfjs-core';
import type { TokenizerConfig, TokenizerConfigInput, WeightReader } from '@restok/core';
import { CheckpointError, parseTokenizerConfig, ShapeError } from '@restok/core';
import { openModel } from '@restok/hub';
import type { InitializationName, Parameter } from '@restok/ops';
import { loadParameters, Module, normal, requireBackend } from '@restok/ops';
import type { Quantizer } from '@restok/quantizer';
import { quantizers } from '@restok/quantizer';
import type { Observer } from '@restok/vit';
import type { TokenizerArchitecture } from './architecture';
import { tokenizerArchitecture } from './architecture';
import { Decoder } from './decoder';
import type { EncoderOutput } from './encoder';
import { Encoder } from './encoder';
import { normalizePixels } from './normalize-pixels';
import { PixelDecoder } from './pixel-cnn/pixel-decoder';
import { PixelEncoder } from './pixel-cnn/pixel-encoder';
import type {
  DecodeOptions,
  ForwardOptions,
  LoadOptions,
  ResTokOptions,
  TokenizerPass,
} from './restok-options';

/** Part of the names of weights that only generators have. */
const GENERATOR_WEIGHTS = 'cls_embedding.';

/**
 * ResTok: pictures to a short row of hierarchical indices and back.
 *
 * @source ResTok, arXiv 2601.03955; method.md, sections 1 to 6.
 */
export class ResTok extends Module {
  readonly config: TokenizerConfig;
  /** Latents per level, coarsest first. */
  readonly levelSizes: readonly number[];
  readonly numLatents: number;
  readonly quantizer: Quantizer;
  private readonly architecture: TokenizerArchitecture;
  private readonly pixelEncoder: PixelEncoder | undefined;
  private readonly encoder: Encoder;
  private readonly latentTokens: Parameter | undefined;
  private readonly decoder: Decoder;
  private readonly pixelDecoder: PixelDecoder;

  /**
   * @param config checked here; keys with a published value may be left out.
   * @throws ConfigError listing everything that is wrong with it.
   */
  constructor(config: TokenizerConfigInput, options: ResTokOptions = {}) {
    super();
    this.config = parseTokenizerConfig(config);
    this.architecture = tokenizerArchitecture(this.config);
    const { model, schedule, encoder } = this.architecture;
    this.levelSizes = schedule.levelSizes;
    this.numLatents = schedule.numLatents;
    this.latentTokens = model.learnable_latent_tokens
      ? this.parameter('latent_tokens', [this.numLatents, encoder.width], normal(encoder.width ** -0.5))
      : undefined;
    this.pixelEncoder = model.vae_encoder
      ? this.child('pixel_encoder', new PixelEncoder(model.pixel_cnn))
      : undefined;
    this.encoder = this.child('encoder', new Encoder(this.architecture));
    this.decoder = this.child(
      'decoder',
      new Decoder(this.architecture, { featureStream: options.featureStream === true }),
    );
    this.pixelDecoder = this.child('pixel_decoder', new PixelDecoder(model.pixel_cnn));
    this.quantizer = this.child(
      'quantize',
      quantizers[model.quantizer ?? 'vq']({
        codebookSize: model.codebook_size,
        codeWidth: model.token_size,
        normalize: model.use_l2_norm,
        commitmentLossWeight: model.commitment_cost,
        entropyLossWeight: model.entropy_loss_ratio,
        scalarLevels: model.fsq_levels,
      }),
    );
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
  static async fromPretrained(source: string, options: LoadOptions = {}): Promise<ResTok> {
    const model = await openModel(source, options);
    try {
      return await ResTok.fromWeights(model.config, model.weights, options);
    } finally {
      await model.close();
    }
  }

  /** Builds a model from a parsed config and an open weight file. */
  static async fromWeights(
    config: unknown,
    weights: WeightReader,
    options: Pick<LoadOptions, 'onProgress'> & Pick<ResTokOptions, 'featureStream'> = {},
  ): Promise<ResTok> {
    requireBackend('ResTok');
    if ([...weights.entries.keys()].some((name) => name.includes(GENERATOR_WEIGHTS))) {
      throw new CheckpointError(
        'ResTok: weights must be those of a tokenizer, got those of a generator. Open them with Generator of @restok/generator.',
      );
    }
    const tokenizer = new ResTok(parseTokenizerConfig(config), { featureStream: options.featureStream });
    try {
      await loadParameters(tokenizer, weights, { ignore: isTrainingOnly, onProgress: options.onProgress });
    } catch (error) {
      tokenizer.dispose();
      throw error;
    }
    tokenizer.makeTables();
    return tokenizer;
  }

  /** Draws every parameter anew, and makes what else stays with the model. */
  override initialize(seed: number, scheme?: InitializationName): void {
    super.initialize(seed, scheme);
    this.makeTables();
  }

  /**
   * Pictures to indices.
   *
   * @param pixels `[B, H, W, 3]` in 0 ... 1, H = W = crop_size.
   * @returns indices `[B, L]` int32 and their codes `[B, L, Dc]`, owned by the caller.
   * @throws ShapeError when the pixels are no float32 tensor of this size.
   */
  encode(
    pixels: Tensor4D,
    options: { readonly observer?: Observer } = {},
  ): { indices: Tensor2D; codes: Tensor3D } {
    return tidy(() => {
      const { latents } = this.encodeLatents(pixels, options.observer);
      const { indices, codes } = this.quantizer.quantize(latents);
      return { indices, codes };
    });
  }

  /**
   * Pictures to latents before the quantiser, with the image tokens of every scale.
   *
   * @param pixels `[B, H, W, 3]` in 0 ... 1, H = W = crop_size.
   */
  encodeLatents(pixels: Tensor4D, observer?: Observer): EncoderOutput {
    return tidy(() => {
      const normalized = normalizePixels(pixels, this.architecture.cropSize);
      observer?.stage('image_normalised', normalized);
      const features = this.pixelEncoder?.forward(normalized, observer) ?? normalized;
      return this.encoder.forward(features, this.latentTokens?.as<Tensor2D>(), observer);
    });
  }

  /**
   * Codes to pictures.
   *
   * @param codes `[B, L, Dc]`. With fewer than L codes and no `numKept` a shorter sequence is decoded; with
   *   `numKept` the missing ones are masked.
   * @returns `[B, H, W, 3]`, not clamped; owned by the caller.
   * @throws ShapeError when the codes have another width or `numKept` is out of range.
   */
  decode(codes: Tensor3D, options: DecodeOptions = {}): Tensor4D {
    return tidy(() => this.decodeStreams(codes, options).reconstruction);
  }

  /**
   * Indices to pictures, see {@link decode}.
   *
   * @param indices `[B, L]` int32.
   * @throws ShapeError when they are no int32, or naming the first index that is not in the codebook.
   */
  decodeIndices(indices: Tensor2D, options: DecodeOptions = {}): Tensor4D {
    return tidy(() => this.decode(this.quantizer.codesOf(indices), options));
  }

  /** Pixels to pixels; keeps `test_num_latent_tokens` latents unless told otherwise. */
  forward(pixels: Tensor4D, options: ForwardOptions = {}): TokenizerPass {
    return tidy(() => {
      const { latents, imageTokens } = this.encodeLatents(pixels, options.observer);
      const quantization = this.quantizer.quantize(latents);
      const { codes, ...losses } = quantization;
      const passed = options.quantize === false ? this.quantizer.comparable(latents) : codes;
      const numKept = options.numKept ?? this.architecture.model.test_num_latent_tokens;
      return { ...this.decodeStreams(passed, { ...options, numKept }), ...losses, latents, imageTokens };
    });
  }

  override dispose(): void {
    super.dispose();
    this.encoder.dispose();
    this.decoder.dispose();
    this.quantizer.dispose();
  }

  /** Made with the weights, so that no call leaves more tensors than it found. */
  private makeTables(): void {
    this.encoder.prepare();
    this.decoder.prepare();
  }

  private decodeStreams(
    codes: Tensor3D,
    options: ForwardOptions,
  ): { reconstruction: Tensor4D; featureStream?: Tensor3D } {
    const { model, grid } = this.architecture;
    const [batch, numCodes, codeWidth] = codes.shape;
    if (codeWidth !== model.token_size || numCodes < 1 || numCodes > this.numLatents) {
      throw new ShapeError(
        `decode: codes must be [B, ${this.numLatents}, ${model.token_size}], got [${codes.shape.join(', ')}]. Use codes made by a model of this config.`,
      );
    }
    const kept = options.numKept === undefined ? codes : this.decoder.mask(codes, options.numKept);
    const { features, featureStream } = this.decoder.forward(kept, options, options.observer);
    const map = reshape(features, [batch, grid.rows, grid.columns, model.pixel_cnn.z_channels]) as Tensor4D;
    options.observer?.stage('decoder.ffn.out', map);
    return { reconstruction: this.pixelDecoder.forward(map, options.observer), featureStream };
  }
}

/** Weights of a training checkpoint that the model itself does not use. */
function isTrainingOnly(name: string): boolean {
  return (
    name.startsWith('vf_proj') || name.startsWith('foundation_model.') || name === 'decoder.feat_mask_token'
  );
}
