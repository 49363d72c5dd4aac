import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { keep, mean, slice, tensor4d, tidy, transpose } from '@tensorflow/tfjs-core';
import { resolveVitSize } from '@restok/core';
import type { ResTok } from '@restok/tokenizer';
import { tokenizerArchitecture } from '@restok/tokenizer';
import type { AttentionMaps, PagePicture } from '../engine/engine-api';
import { toUnitPixels } from './open-picture';

/** Which attention to look at: encoder layers first, then the decoder's; head -1 is the mean of all. */
export interface AttentionChoice {
  readonly layer: number;
  readonly head: number;
}

/**
 * Where each latent looks (encoder) or who looks at it (decoder), over the grid of image tokens.
 *
 * @returns one map for each latent, scaled to a largest value of 1.
 */
export async function attentionMaps(
  tokenizer: ResTok,
  picture: PagePicture,
  { layer, head }: AttentionChoice,
): Promise<AttentionMaps> {
  const { grid } = tokenizerArchitecture(tokenizer.config);
  const encoderLayers = resolveVitSize(tokenizer.config.model.vq_model.vit_enc_model_size).layers;
  const inEncoder = layer < encoderLayers;
  const name = inEncoder ? `encoder.attn_heads.${layer}` : `decoder.attn_heads.${layer - encoderLayers}`;
  const cells = grid.rows * grid.columns;
  const { numLatents } = tokenizer;
  let part: Tensor | undefined;
  tidy(() => {
    const observer = {
      attentionHeads: true,
      stage: (stage: string, value: unknown): void => {
        if (stage === name) {
          part = keep(latentsByCells(value as Tensor4D, { cells, numLatents, head, inEncoder }));
        }
      },
    };
    const pixels = tensor4d(toUnitPixels(picture), [1, picture.side, picture.side, 3]);
    const { codes } = tokenizer.encode(pixels, { observer });
    if (!inEncoder) {
      tokenizer.decode(codes, { observer });
    }
  });
  if (part === undefined) {
    throw new Error(`This tokenizer has no layer ${layer}.`);
  }
  // Awaited: some backends cannot read at once.
  const found = await valuesOf(part);
  const maps = Array.from({ length: numLatents }, (_, latent) =>
    scaled(found.slice(latent * cells, (latent + 1) * cells)),
  );
  return { maps, rows: grid.rows, columns: grid.columns };
}

async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}

interface Part {
  readonly cells: number;
  readonly numLatents: number;
  readonly head: number;
  readonly inEncoder: boolean;
}

/** The part of `[1, H, T, T]` between latents and the finest image tokens, `[latents, cells]`. */
function latentsByCells(weights: Tensor4D, { cells, numLatents, head, inEncoder }: Part): Tensor {
  const [, heads, length] = weights.shape;
  const oneHead = head < 0 ? slice(weights, 0) : slice(weights, [0, head, 0, 0], [1, 1, length, length]);
  const square = mean(oneHead, [0, 1]); // [T, T]
  if (head >= heads) {
    throw new Error(`This layer has ${heads} heads, got ${head}. Choose another.`);
  }
  // The encoder's sequence ends in the finest image tokens and the latents; the decoder's starts with the latents.
  return inEncoder
    ? slice(square, [length - numLatents, length - numLatents - cells], [numLatents, cells])
    : transpose(slice(square, [numLatents, 0], [cells, numLatents]));
}

function scaled(map: Float32Array): Float32Array {
  const largest = map.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? map : map.map((value) => value / largest);
}
