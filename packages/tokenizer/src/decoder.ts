import type { Tensor3D } from '@tensorflow/tfjs-core';
import { add, concat, mul, reshape, slice, sub, tensor3d, tidy, zeros } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import type { Parameter, TokenMap } from '@restok/ops';
import { mixTokens, Module, normal } from '@restok/ops';
import type { Observer } from '@restok/vit';
import {
  Block,
  decoderPositions,
  LayerNorm,
  LinearLayer,
  PointwiseConvolution,
  RotaryPositions,
} from '@restok/vit';
import type { TokenizerArchitecture } from './architecture';
import { LevelEmbeddings, mapLevels } from './level-embedding';
import { levelMapsToGrid } from './level-maps';

/** What the decoder's ViT gives; tensors are owned by the caller. */
export type DecoderOutput = {
  /** `[B, P, z_channels]` features for the pixel decoder, row-major. */
  readonly features: Tensor3D;
  /** `[B, P, D]` second stream, before `ln_post`, where it was asked for. */
  readonly featureStream?: Tensor3D;
};

/** What depends on the number of latents in the sequence, made once for each. */
interface DecoderSequence {
  readonly positions: RotaryPositions;
  /** Sum of the level maps on the grid, for decoders without a learned query. */
  readonly levelMaps: () => TokenMap;
}

/**
 * Latents to features on the image grid: queries for every grid cell attend to the latents.
 *
 * @source method.md, section 6.
 */
export class Decoder extends Module {
  private readonly latentMaskToken;
  private readonly maskToken: Parameter | undefined;
  private readonly featureMaskToken: Parameter | undefined;
  private readonly lnPre;
  private readonly blocks: Block[] = [];
  private readonly lnPost;
  private readonly ffn;
  private readonly levelEmbeddings;
  private readonly inputs: LinearLayer[];
  private readonly sequences = new Map<number, DecoderSequence>();

  constructor(
    private readonly architecture: TokenizerArchitecture,
    options: { readonly featureStream: boolean },
  ) {
    super();
    const { model, decoder, schedule } = architecture;
    const { width } = decoder;
    const query = (name: string): Parameter => this.parameter(name, [1, 1, width], normal(width ** -0.5));
    this.latentMaskToken = this.parameter(
      'latent_mask_token',
      [1, 1, model.token_size],
      normal(width ** -0.5),
    );
    this.maskToken = model.learnable_dec_image_tokens ? query('mask_token') : undefined;
    this.featureMaskToken =
      options.featureStream && model.learnable_dec_feat_tokens ? query('feat_mask_token') : undefined;
    this.lnPre = this.child('ln_pre', new LayerNorm(width));
    for (let i = 0; i < decoder.layers; i++) {
      this.blocks.push(this.child(`blocks.${i}`, new Block(width, decoder.heads)));
    }
    this.lnPost = this.child('ln_post', new LayerNorm(width));
    this.ffn = this.child('ffn', new PointwiseConvolution(width, model.pixel_cnn.z_channels));
    this.levelEmbeddings = this.child(
      'latent_token_level_embedding',
      new LevelEmbeddings(schedule.levelSizes.length, width),
    );
    const input = (name: string): LinearLayer => this.child(name, new LinearLayer(model.token_size, width));
    this.inputs = model.multi_quant
      ? schedule.levelSizes.map((_, k) => input(`decoder_embed.${k}`))
      : [input('decoder_embed')];
  }

  /**
   * @param codes `[B, n, Dc]`, n ≤ L. Fewer than L codes make a shorter sequence, which is not the same as
   *   masking the rest.
   * @param options `featureStream` also runs the second stream of queries, as further batch rows.
   */
  forward(
    codes: Tensor3D,
    options: { readonly featureStream?: boolean } = {},
    observer?: Observer,
  ): DecoderOutput {
    return tidy(() => {
      const { grid, schedule } = this.architecture;
      const [batch, numLatents] = codes.shape;
      const numQueries = grid.rows * grid.columns;
      const embedded = this.embed(codes); // [B, n, D]
      const latents = add(embedded, this.levelEmbeddings.perLatent(schedule, numLatents)) as Tensor3D;
      let x = concat([latents, this.queries(embedded, this.maskToken)], 1);
      if (options.featureStream === true) {
        const features = concat([latents, this.queries(embedded, this.featureMaskToken)], 1);
        x = concat([x, features], 0); // [2B, n + P, D]
      }
      x = this.runBlocks(this.lnPre.forward(x), numLatents, observer);
      const width = x.shape[2];
      const imageTokens = slice(x, [0, numLatents, 0], [batch, numQueries, width]);
      const features = this.ffn.forward(this.lnPost.forward(imageTokens));
      if (options.featureStream !== true) {
        return { features };
      }
      return { features, featureStream: slice(x, [batch, numLatents, 0], [batch, numQueries, width]) };
    });
  }

  /**
   * Keeps the first latents of each sample and puts the mask token in place of the rest.
   *
   * @param codes `[B, n, Dc]`; with n < L the missing ones are masked too.
   * @param numKept how many to keep, for all samples or for each.
   * @returns `[B, L, Dc]`, owned by the caller.
   * @throws ShapeError when a count is negative, above n or missing for a sample.
   * @source method.md, section 6.1.
   */
  mask(codes: Tensor3D, numKept: number | readonly number[]): Tensor3D {
    const [batch, numCodes, codeWidth] = codes.shape;
    const { numLatents } = this.architecture.schedule;
    const kept = typeof numKept === 'number' ? new Array<number>(batch).fill(numKept) : numKept;
    if (kept.length !== batch || kept.some((n) => !Number.isInteger(n) || n < 0 || n > numCodes)) {
      const got = typeof numKept === 'number' ? numKept : `[${numKept.join(', ')}]`;
      throw new ShapeError(
        `decode: numKept must be a whole number from 0 to ${numCodes}, or ${batch} of them, got ${got}. Keep at most the latents that there are.`,
      );
    }
    return tidy(() => {
      const isKept = kept.flatMap((n) => Array.from({ length: numLatents }, (_, l) => (l < n ? 1 : 0)));
      const keep = tensor3d(isKept, [batch, numLatents, 1]);
      const padding = zeros([batch, numLatents - numCodes, codeWidth]) as Tensor3D;
      const padded = numCodes < numLatents ? concat([codes, padding], 1) : codes;
      return add(mul(padded, keep), mul(this.latentMaskToken.as<Tensor3D>(), sub(1, keep))) as Tensor3D;
    });
  }

  /** Makes the tables of a sequence with every latent, which stay with the model, on the current backend. */
  prepare(): void {
    this.sequenceOf(this.architecture.schedule.numLatents).positions.prepare();
  }

  override dispose(): void {
    super.dispose();
    for (const { positions } of this.sequences.values()) {
      positions.dispose();
    }
    this.sequences.clear();
  }

  private embed(codes: Tensor3D): Tensor3D {
    return this.architecture.model.multi_quant
      ? mapLevels(codes, this.architecture.schedule, (part, level) => this.inputs[level]!.forward(part))
      : this.inputs[0]!.forward(codes);
  }

  /** Image queries `[B, P, D]`: a learned one repeated or, without it, the sum of the level maps. */
  private queries(embedded: Tensor3D, learned: Parameter | undefined): Tensor3D {
    const { grid } = this.architecture;
    if (learned === undefined) {
      return mixTokens(embedded, this.sequenceOf(embedded.shape[1]).levelMaps());
    }
    const [batch, , width] = embedded.shape;
    return add(
      reshape(learned.value, [1, 1, width]),
      zeros([batch, grid.rows * grid.columns, width]),
    ) as Tensor3D;
  }

  private runBlocks(start: Tensor3D, numLatents: number, observer?: Observer): Tensor3D {
    observer?.stage('decoder.ln_pre.out', start);
    const sequence = { rotation: this.sequenceOf(numLatents).positions.table };
    let x = start;
    this.blocks.forEach((block, i) => {
      if (i === 0 || i === this.blocks.length - 1) {
        block.observeAttention(x, sequence, `decoder.attn.${i}`, observer);
      }
      block.observeHeads(x, sequence, `decoder.attn_heads.${i}`, observer);
      x = block.forward(x, sequence);
      observer?.stage(`decoder.blocks.${i}.out`, x);
    });
    return x;
  }

  private sequenceOf(numLatents: number): DecoderSequence {
    const { grid, schedule, decoder, model } = this.architecture;
    let sequence = this.sequences.get(numLatents);
    if (sequence === undefined) {
      const headWidth = decoder.width / decoder.heads;
      let levelMaps: TokenMap | undefined;
      sequence = {
        positions: new RotaryPositions(decoderPositions(numLatents, grid), headWidth, model.rope_base_len),
        levelMaps: () =>
          (levelMaps ??= levelMapsToGrid(schedule, grid, numLatents, model.residual_latent_tokens)),
      };
      this.sequences.set(numLatents, sequence);
    }
    return sequence;
  }
}
