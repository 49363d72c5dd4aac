import type { Tensor3D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { InitializationName } from '@restok/ops';
import { attention, Module, repeatKeyHeads, zeros } from '@restok/ops';
import type { GeneratorArchitecture } from './architecture';
import type { PassRunner } from './generate';
import type { KnownInputs } from './input-embedding';
import { EmbeddingTable, InputEmbedding } from './input-embedding';
import { KvCache } from './kv-cache';
import { RotaryTable } from './rotary-table';
import type { InputSource } from './sequence-layout';
import type { TrainingDropouts } from './training-dropouts';
import type { BlockContext } from './transformer-block';
import { BiasFreeLinear, RmsNorm, TransformerBlock } from './transformer-block';

/** Neighbouring positions that are put through the transformer together, after those already in a cache. */
export interface Segment {
  readonly inputs: readonly InputSource[];
  /** Where the first of them stands, in the cache and for the rotary embedding. */
  readonly position: number;
  readonly visibleKeys: readonly number[];
}

/**
 * The transformer of a generator under its published names: embeddings, blocks, output head.
 *
 * @source Sun et al., arXiv 2406.06525 (LlamaGen); method.md, section 7.
 */
export class Transformer extends Module {
  private readonly embedding: InputEmbedding;
  private readonly blocks: readonly TransformerBlock[];
  private readonly norm: RmsNorm;
  private readonly head: BiasFreeLinear;
  private readonly rotary: RotaryTable;

  constructor(protected readonly architecture: GeneratorArchitecture) {
    super();
    const { width, numLatents, numClasses, nullLabel, numSpecial } = architecture;
    const table = (name: string, rows: number): EmbeddingTable =>
      this.child(name, new EmbeddingTable(rows, width));
    this.embedding = new InputEmbedding({
      class: table('cls_embedding.embedding_table', nullLabel === undefined ? numClasses : numClasses + 1)
        .table,
      latent: table('tok_embeddings', architecture.vocabularySize).table,
      special:
        numSpecial === undefined
          ? undefined
          : table('spe_tok_embeddings.special_embeddings', numSpecial).table,
    });
    this.blocks = Array.from({ length: architecture.numLayers }, (_, layer) =>
      this.child(`layers.${layer}`, new TransformerBlock(architecture)),
    );
    this.norm = this.child('norm', new RmsNorm(width, architecture.normEpsilon));
    this.head = this.child('output', new BiasFreeLinear(width, architecture.vocabularySize, zeros));
    this.rotary = new RotaryTable(numLatents, architecture.headWidth, architecture.rotaryBase);
  }

  /**
   * The whole sequence at once, for training and for probabilities of given latents.
   *
   * @param dropouts what training drops; nothing when absent.
   * @returns logits `[B, L, V]`; those at i are of latent i and see only latents before its pass.
   */
  protected wholeSequence(known: KnownInputs, dropouts?: TrainingDropouts): Tensor3D {
    const { numHeads, layout } = this.architecture;
    return tidy(() => {
      const embedded = this.embedding.forward(layout.inputs, known); // [B, L, D]
      const features = this.forwardBlocks(dropouts?.tokens(embedded) ?? embedded, {
        rotation: this.rotary.whole,
        attend: (_, qkv) =>
          attention(repeatKeyHeads(qkv, this.architecture), { numHeads, visibleKeys: layout.visibleKeys }),
        dropouts,
      });
      return this.toLogits(features);
    });
  }

  /** An empty cache for `batch` sequences; the caller disposes of it. */
  newCache(batch: number): KvCache {
    const { numLayers, numKeyHeads, numLatents, headWidth } = this.architecture;
    return new KvCache({ numLayers, batch, numKeyHeads, capacity: numLatents, headWidth });
  }

  /**
   * Puts a segment through the blocks and into the cache.
   *
   * @returns features `[B, T, D]`, owned by the caller.
   */
  advance(segment: Segment, known: KnownInputs, cache: KvCache): Tensor3D {
    const { inputs, position, visibleKeys } = segment;
    const { numHeads } = this.architecture;
    return tidy(() =>
      this.forwardBlocks(this.embedding.forward(inputs, known), {
        rotation: this.rotary.part(position, inputs.length),
        attend: (layer, qkv) => cache.attend(layer, qkv, { numHeads, position, visibleKeys }),
      }),
    );
  }

  /** Runs segments with a cache that is made now. */
  openPasses(batch: number): PassRunner {
    const cache = this.newCache(batch);
    return {
      run: async (segment, known, wantsLogits) => {
        if (!wantsLogits) {
          this.advance(segment, known, cache).dispose();
          return undefined;
        }
        const logits = tidy(() => this.toLogits(this.advance(segment, known, cache)));
        try {
          return (await logits.data()) as Float32Array;
        } finally {
          logits.dispose();
        }
      },
      dispose: () => cache.dispose(),
    };
  }

  /**
   * Embedded inputs through every block, for callers with an attention of their own.
   *
   * @param x `[B, T, D]`.
   * @returns features `[B, T, D]`, owned by the caller.
   */
  forwardBlocks(x: Tensor3D, context: BlockContext): Tensor3D {
    return this.blocks.reduce((features, block, layer) => block.forward(features, layer, context), x);
  }

  /** Features `[B, T, D]` to logits `[B, T, V]`, owned by the caller. */
  toLogits(features: Tensor3D): Tensor3D {
    return tidy(() => this.head.forward(this.norm.forward(features)));
  }

  /** Draws every parameter anew, and makes what else stays with the model. */
  override initialize(seed: number, scheme?: InitializationName): void {
    super.initialize(seed, scheme);
    this.makeTables();
  }

  /** Made with the weights, so that no call leaves more tensors than it found. */
  makeTables(): void {
    this.rotary.prepare();
  }

  override dispose(): void {
    super.dispose();
    this.rotary.dispose();
  }
}
