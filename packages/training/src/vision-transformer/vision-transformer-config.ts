import type { WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';

/** How a kind of ViT is built; its size follows from its weights. */
export interface VisionTransformerKind {
  readonly normEpsilon: number;
  readonly activation: 'gelu' | 'tanhGelu';
  /** Tokens before the patches: the class token first, where there is one, then registers. */
  readonly classToken: boolean;
  readonly registerTokens: number;
  /** A norm before the first block, and no bias in the patch embedding. */
  readonly normBeforeBlocks: boolean;
  /** Names of the learned scales of both residuals, where it has them. */
  readonly layerScale: readonly [attention: string, mlp: string] | undefined;
  readonly qkvBias: boolean;
  /** `learned`: a table, which may hold a row for the class token; `rotary`: turned queries and keys. */
  readonly positions: 'learned' | 'rotary';
}

/** Sizes of one ViT. */
export interface VisionTransformerSize {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly patchSize: number;
  /** Rows of the table of learned positions, the class token's among them; 0 without. */
  readonly numPositions: number;
}

/** Width of a head in every published ViT that is used here. */
const HEAD_WIDTH = 64;

/**
 * Sizes from the shapes of stored weights with timm's names.
 *
 * @param givenHeads where heads are not 64 wide.
 * @throws CheckpointError when they are not those of a ViT.
 */
export function vitSizeOf(weights: WeightReader, givenHeads?: number): VisionTransformerSize {
  const shapeOf = (name: string): readonly number[] => {
    const shape = weights.entries.get(name)?.shape;
    if (shape === undefined) {
      throw new CheckpointError(
        `vitSizeOf: the weights must hold ${name}, as timm names it, got none. Use a safetensors file of timm's model.`,
      );
    }
    return shape;
  };
  const [width, , patchSize] = shapeOf('patch_embed.proj.weight') as [number, number, number];
  const heads = givenHeads ?? width / HEAD_WIDTH;
  if (!Number.isInteger(heads) || width % heads !== 0) {
    throw new CheckpointError(
      `vitSizeOf: the width of a ViT must fill its heads, got ${width} for ${givenHeads ?? `${HEAD_WIDTH} wide`} heads. Say how many heads the ViT has.`,
    );
  }
  const blocks = [...weights.entries.keys()].flatMap((name) => /^blocks\.(\d+)\./.exec(name)?.[1] ?? []);
  return {
    width,
    layers: Math.max(...blocks.map(Number)) + 1,
    heads,
    mlpWidth: shapeOf('blocks.0.mlp.fc1.weight')[0]!,
    patchSize,
    numPositions: weights.entries.get('pos_embed')?.shape[1] ?? 0,
  };
}
