import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, broadcastTo, concat, keep, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { TokenGrid, WeightReader } from '@restok/core';
import { linear, loadParameters, Module, normal, weight, zeros } from '@restok/ops';
import type { Parameter } from '@restok/ops';
import { patchesOf } from '@restok/vit';
import { centredAngles } from './centred-angles';
import type { HalfRotation } from './pretrained-block';
import { Norm, PretrainedBlock } from './pretrained-block';
import { resizedPositions } from './resized-positions';
import type { VisionTransformerKind, VisionTransformerSize } from './vision-transformer-config';
import { vitSizeOf } from './vision-transformer-config';

/** Deviation of tokens and positions before weights are loaded. */
const TOKEN_DEVIATION = 0.02;

/**
 * A pretrained ViT under timm's names: patches, class token and registers, positions, pre-norm blocks, final norm.
 * Its weights are frozen, but gradients flow through it to the pixels.
 */
export class PretrainedVit extends Module {
  private readonly patchWeight;
  private readonly patchBias: Parameter | undefined;
  private readonly prefix: Parameter[];
  private readonly positions: Parameter | undefined;
  private readonly normBefore: Norm | undefined;
  private readonly blocks: PretrainedBlock[];
  private readonly finalNorm;
  private readonly tables = new Map<string, Tensor3D>();
  private readonly rotations = new Map<string, HalfRotation>();

  constructor(
    readonly size: VisionTransformerSize,
    readonly kind: VisionTransformerKind,
  ) {
    super();
    const { width, layers, patchSize, numPositions } = size;
    const tokens = (name: string, count: number): Parameter[] =>
      count === 0 ? [] : [this.parameter(name, [1, count, width], normal(TOKEN_DEVIATION))];
    this.prefix = [
      ...tokens('cls_token', kind.classToken ? 1 : 0),
      ...tokens('reg_token', kind.registerTokens),
    ];
    [this.positions] = kind.positions === 'learned' ? tokens('pos_embed', numPositions) : [];
    this.patchWeight = this.parameter(
      'patch_embed.proj.weight',
      [width, 3, patchSize, patchSize],
      weight,
      'patch',
    );
    this.patchBias = kind.normBeforeBlocks
      ? undefined
      : this.parameter('patch_embed.proj.bias', [width], zeros);
    this.normBefore = kind.normBeforeBlocks
      ? this.child('norm_pre', new Norm(width, kind.normEpsilon))
      : undefined;
    this.blocks = Array.from({ length: layers }, (_, i) =>
      this.child(`blocks.${i}`, new PretrainedBlock(size, kind)),
    );
    this.finalNorm = this.child('norm', new Norm(width, kind.normEpsilon));
  }

  /**
   * Loads a ViT of the size of its weights.
   *
   * @param weights with timm's names; heads and other parts that features do not need are passed over.
   * @param heads where heads are not 64 wide.
   * @throws CheckpointError listing what is missing.
   */
  static async fromWeights(
    weights: WeightReader,
    kind: VisionTransformerKind,
    heads?: number,
  ): Promise<PretrainedVit> {
    const vit = new PretrainedVit(vitSizeOf(weights, heads), kind);
    try {
      await loadParameters(vit, weights, { ignore: () => true });
    } catch (error) {
      vit.dispose();
      throw error;
    }
    return vit;
  }

  /** Tokens before the patches. */
  get numPrefixTokens(): number {
    return this.prefix.reduce((count, parameter) => count + parameter.shape[1]!, 0);
  }

  /** The grid of patches of pictures of a size. */
  gridOf(pixels: Tensor4D): TokenGrid {
    const [, height, width] = pixels.shape;
    return { rows: height / this.size.patchSize, columns: width / this.size.patchSize };
  }

  /**
   * All tokens after the last block and the final norm.
   *
   * @param pixels `[B, H, W, 3]`, normalised as the weights ask for, sides multiples of the patch size.
   * @returns `[B, prefix + P, D]`, owned by the caller.
   */
  features(pixels: Tensor4D): Tensor3D {
    return tidy(() => this.finalNorm.forward(this.readOuts(pixels, [this.blocks.length - 1]).at(-1)!));
  }

  /**
   * The tokens before the first block, and those after some of the blocks.
   *
   * @param depths blocks, counted from 0, ascending.
   * @returns `[B, prefix + P, D]` each, without the final norm; owned by the caller.
   */
  readOuts(pixels: Tensor4D, depths: readonly number[]): Tensor3D[] {
    return tidy(() => {
      let x = this.embed(pixels);
      const seen = [x];
      const rotation = this.kind.positions === 'rotary' ? this.rotationOf(this.gridOf(pixels)) : undefined;
      for (let i = 0; i <= Math.max(...depths); i++) {
        x = this.blocks[i]!.forward(x, rotation);
        if (depths.includes(i)) {
          seen.push(x);
        }
      }
      return seen;
    });
  }

  override dispose(): void {
    super.dispose();
    this.tables.forEach((table) => table.dispose());
    this.tables.clear();
    this.rotations.forEach(({ cos, sin }) => {
      cos.dispose();
      sin.dispose();
    });
    this.rotations.clear();
  }

  private embed(pixels: Tensor4D): Tensor3D {
    const { width, patchSize } = this.size;
    const batch = pixels.shape[0];
    const patches = linear(
      patchesOf(pixels, patchSize),
      this.patchWeight.as<Tensor2D>(),
      this.patchBias?.as<Tensor1D>(),
    ); // [B, P, D]
    const prefix = this.prefix.map(
      (tokens) => broadcastTo(tokens.value, [batch, tokens.shape[1]!, width]) as Tensor3D,
    );
    const table = this.positions === undefined ? undefined : this.tableOf(this.gridOf(pixels));
    // A table without a row for the class token belongs to the patches alone.
    const isForPatches = table !== undefined && table.shape[1] === patches.shape[1];
    const placed = isForPatches ? add(patches, table) : patches;
    const x = concat([...prefix, placed] as Tensor3D[], 1);
    const positioned = table === undefined || isForPatches ? x : (add(x, table) as Tensor3D);
    return this.normBefore?.forward(positioned) ?? positioned;
  }

  /** Learned positions for a grid; owned by this. */
  private tableOf(grid: TokenGrid): Tensor3D {
    const key = `${grid.rows}x${grid.columns}`;
    const made =
      this.tables.get(key) ?? tidy(() => keep(resizedPositions(this.positions!.value as Tensor3D, grid)));
    this.tables.set(key, made);
    return made;
  }

  private rotationOf(grid: TokenGrid): HalfRotation {
    const key = `${grid.rows}x${grid.columns}`;
    let rotation = this.rotations.get(key);
    if (rotation === undefined) {
      const headWidth = this.size.width / this.size.heads;
      const { cos, sin } = centredAngles(grid, headWidth, this.numPrefixTokens);
      const shape: [number, number, number, number] = [1, cos.length / headWidth, 1, headWidth];
      rotation = { cos: keep(tensor4d(cos, shape)), sin: keep(tensor4d(sin, shape)) };
      this.rotations.set(key, rotation);
    }
    return rotation;
  }
}
