import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, concat, expandDims, reshape, slice, sub, tidy, transpose } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { mixTokens, Module, nearestMap1d } from '@restok/ops';
import type { Observer } from '@restok/vit';
import { Block, LayerNorm, PatchEmbedding, PointwiseConvolution } from '@restok/vit';
import type { TokenizerArchitecture } from './architecture';
import type { EncoderStage } from './encoder-stage';
import { encoderStages, numImageTokens } from './encoder-stage';
import { latentInitializationOf, latentInitializations } from './latent-initialization';
import { LevelEmbeddings, mapLevels } from './level-embedding';
import { mergeMethods } from './merging';

/** What the encoder gives; every tensor is owned by the caller. */
export type EncoderOutput = {
  /** `[B, L, Dc]` latents before the quantiser. */
  readonly latents: Tensor3D;
  /** Image tokens of each scale after the last block, `[B, P_s, D]`, coarsest first as in the sequence. */
  readonly imageTokens: Tensor3D[];
};

/**
 * Image tokens and latents through a ViT in which image tokens merge into coarser scales, each finer scale
 * keeping the residual.
 *
 * @source ResTok, section 3 and Fig. 2; method.md, section 4.
 */
export class Encoder extends Module {
  private readonly patchEmbedding;
  private readonly lnPre;
  private readonly blocks: Block[] = [];
  private readonly lnPost;
  private readonly scaleEmbeddings;
  private readonly levelEmbeddings;
  private readonly outputs: PointwiseConvolution[];
  private readonly stages: EncoderStage[];

  constructor(private readonly architecture: TokenizerArchitecture) {
    super();
    const { model, encoder, schedule, numScales } = architecture;
    const { width } = encoder;
    this.patchEmbedding = this.child(
      'patch_embed',
      model.vae_encoder
        ? new PointwiseConvolution(model.pixel_cnn.z_channels, width)
        : new PatchEmbedding(model.vit_enc_patch_size, width),
    );
    this.lnPre = this.child('ln_pre', new LayerNorm(width));
    for (let i = 0; i < encoder.layers; i++) {
      this.blocks.push(this.child(`blocks.${i}`, new Block(width, encoder.heads)));
    }
    this.lnPost = this.child('ln_post', new LayerNorm(width));
    this.scaleEmbeddings = this.child('level_embedding', new LevelEmbeddings(numScales, width));
    this.levelEmbeddings = this.child(
      'latent_token_level_embedding',
      new LevelEmbeddings(schedule.levelSizes.length, width),
    );
    const output = (name: string): PointwiseConvolution =>
      this.child(name, new PointwiseConvolution(width, model.token_size));
    this.outputs = model.multi_quant
      ? schedule.levelSizes.map((_, k) => output(`conv_out.${k}`))
      : [output('conv_out')];
    this.stages = encoderStages(architecture);
  }

  /**
   * @param input `[B, g, g, z_channels]` features of the pixel encoder or, without it, normalised pixels.
   * @param latentTokens `[L, D]` learned latents, where the config has them.
   */
  forward(input: Tensor4D, latentTokens?: Tensor2D, observer?: Observer): EncoderOutput {
    return tidy(() => {
      const imageTokens = this.embed(input);
      observer?.stage('encoder.patch_embed.out', imageTokens);
      let x = this.startSequence(imageTokens, latentTokens, observer);
      let merges = 0;
      this.blocks.forEach((block, i) => {
        const isFirstOrLast = i === 0 || i === this.blocks.length - 1;
        const stage = this.stages[merges]!;
        const sequence = { rotation: stage.positions.table, visibleKeys: stage.visibleKeys };
        if (isFirstOrLast) {
          block.observeAttention(x, sequence, `encoder.attn.${i}`, observer);
        }
        block.observeHeads(x, sequence, `encoder.attn_heads.${i}`, observer);
        x = block.attend(x, sequence);
        const isMerging = this.architecture.mergeLayers.includes(i);
        if (isMerging) {
          x = this.merge(x, stage.grids[0]!);
          merges += 1;
        }
        x = block.feedForward(x);
        observer?.stage(`encoder.blocks.${i}.out`, x);
        if (isMerging) {
          x = this.addScaleEmbedding(x, merges);
        }
      });
      return this.finish(x, this.stages[merges]!, observer);
    });
  }

  /** Makes the tables that stay with the model, on the current backend. */
  prepare(): void {
    for (const { positions } of this.stages) {
      positions.prepare();
    }
  }

  override dispose(): void {
    super.dispose();
    for (const stage of this.stages) {
      stage.positions.dispose();
    }
  }

  private embed(input: Tensor4D): Tensor3D {
    if (this.patchEmbedding instanceof PatchEmbedding) {
      return this.patchEmbedding.forward(input);
    }
    const [batch, rows, columns, channels] = input.shape;
    return this.patchEmbedding.forward(reshape(input, [batch, rows * columns, channels]));
  }

  /** [image tokens, latents] with their embeddings, normalised: `[B, P + L, D]`. */
  private startSequence(
    imageTokens: Tensor3D,
    latentTokens: Tensor2D | undefined,
    observer?: Observer,
  ): Tensor3D {
    const { model, grid, schedule } = this.architecture;
    const initialize = latentInitializations[latentInitializationOf(model)];
    const latents = initialize({ imageTokens, grid, schedule, latentTokens });
    observer?.stage('encoder.initial_latents', latents);
    const embedded: Tensor3D[] = [
      add(imageTokens, expandDims(this.scaleEmbeddings.of(0), 0)) as Tensor3D,
      add(latents, this.levelEmbeddings.perLatent(schedule, schedule.numLatents)) as Tensor3D,
    ];
    const x = this.lnPre.forward(concat(embedded, 1));
    observer?.stage('encoder.ln_pre.out', x);
    return x;
  }

  /**
   * Puts a coarser scale c' in front: [c', c - upsample(c'), rest], c being the coarsest tokens so far.
   *
   * @source ResTok, Fig. 2c; method.md, section 4.4.
   */
  private merge(x: Tensor3D, grid: TokenGrid): Tensor3D {
    return tidy(() => {
      const [batch, length, width] = x.shape;
      const numTokens = grid.rows * grid.columns;
      const finer = slice(x, [0, 0, 0], [batch, numTokens, width]);
      const rest = slice(x, [0, numTokens, 0], [batch, length - numTokens, width]);
      const { merge_method: method = 'everySecond', residual_image_tokens: isResidual } =
        this.architecture.model;
      const coarser = mergeMethods[method](finer, grid);
      const upsampled = mixTokens(coarser, nearestMap1d(numTokens / 2, numTokens));
      const kept: Tensor3D = isResidual ? sub(finer, upsampled) : finer;
      return concat([coarser, kept, rest], 1);
    });
  }

  /** Adds the new scale's embedding to the coarsest tokens, which stand first. */
  private addScaleEmbedding(x: Tensor3D, scale: number): Tensor3D {
    return tidy(() => {
      const embedding = expandDims(this.scaleEmbeddings.of(scale), 0) as Tensor3D; // [1, 1, D]
      return add(x, mixTokens(embedding, this.stages[scale]!.toCoarsest));
    });
  }

  private finish(x: Tensor3D, stage: EncoderStage, observer?: Observer): EncoderOutput {
    const { schedule, model } = this.architecture;
    const [batch, , width] = x.shape;
    const latentStart = numImageTokens(stage);
    const latents = this.lnPost.forward(slice(x, [0, latentStart, 0], [batch, schedule.numLatents, width]));
    observer?.stage('encoder.ln_post.out', latents);

    const arranged = model.is_legacy ? reinterpretLegacy(latents) : latents;
    const output = model.multi_quant
      ? mapLevels(arranged, schedule, (part, level) => this.outputs[level]!.forward(part))
      : this.outputs[0]!.forward(arranged);

    let start = 0;
    const imageTokens = stage.grids.map(({ rows, columns }, i) => {
      const tokens = slice(x, [0, start, 0], [batch, rows * columns, width]);
      start += rows * columns;
      observer?.stage(`encoder.image_tokens.${i}`, tokens);
      return tokens;
    });
    observer?.stage('encoder.z', output);
    return { latents: output, imageTokens };
  }
}

/**
 * Reads the memory of `[B, L, D]` latents as `[B, D, L]` and gives it as `[B, L, D]`.
 *
 * @source method.md, section 4.6.
 * @asIs The published model reshapes here where one would expect a transpose, so with L dividing D position l
 *   is built from the channels c with c mod L = l of every latent.
 */
export function reinterpretLegacy(latents: Tensor3D): Tensor3D {
  const [batch, numLatents, width] = latents.shape;
  return tidy(() => transpose(reshape(latents, [batch, width, numLatents]), [0, 2, 1]) as Tensor3D);
}
