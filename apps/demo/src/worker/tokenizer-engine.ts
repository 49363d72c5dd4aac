import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, mul, sub, tensor2d, tensor3d, tensor4d, tidy, tile } from '@tensorflow/tfjs-core';
import { resolveVitSize } from '@restok/core';
import { fromUnitRange } from '@restok/data/browser';
import type { ResTok } from '@restok/tokenizer';
import type { PagePicture, TokenizerFacts } from '../engine/engine-api';
import { toPagePicture, toUnitPixels } from './open-picture';

/** Pictures that are decoded together. */
const DECODE_BATCH = 4;

/** What the page needs to know about a tokenizer. */
export function tokenizerFacts(tokenizer: ResTok): TokenizerFacts {
  const model = tokenizer.config.model.vq_model;
  const encoder = resolveVitSize(model.vit_enc_model_size);
  const decoder = resolveVitSize(model.vit_dec_model_size);
  return {
    side: sideOf(tokenizer),
    numLatents: tokenizer.numLatents,
    levelSizes: tokenizer.levelSizes,
    codebookSize: model.codebook_size,
    numParameters: tokenizer.numParameters,
    encoderLayers: encoder.layers,
    encoderHeads: encoder.heads,
    decoderLayers: decoder.layers,
    decoderHeads: decoder.heads,
  };
}

/** Sides of the pictures that a tokenizer takes. */
export function sideOf(tokenizer: ResTok): number {
  return tokenizer.config.dataset.preprocessing.crop_size;
}

/** A picture's indices. */
export async function encodePicture(tokenizer: ResTok, picture: PagePicture): Promise<Int32Array> {
  const pixels = tensor4d(toUnitPixels(picture), [1, picture.side, picture.side, 3]);
  const { indices, codes } = tokenizer.encode(pixels);
  try {
    return (await indices.data()) as Int32Array;
  } finally {
    [pixels, indices, codes].forEach((tensor) => tensor.dispose());
  }
}

/** One picture for each mask; a latent that is hidden becomes the mask token, as in nested dropout. */
export function decodeMasked(
  tokenizer: ResTok,
  indices: Int32Array,
  masks: readonly Uint8Array[],
): Promise<PagePicture[]> {
  return inBatches(masks, (part) =>
    tidy(() => {
      const codes = codesOf(tokenizer, indices);
      const keep = tensor3d(
        part.flatMap((mask) => [...mask]),
        [part.length, tokenizer.numLatents, 1],
      );
      const kept = mul(tile(codes, [part.length, 1, 1]), keep);
      return tokenizer.decode(add(kept, mul(maskToken(tokenizer), sub(1, keep))));
    }),
  );
}

/** Pictures of codes on the way from one row of indices to another. */
export function decodeBlends(
  tokenizer: ResTok,
  [first, second]: readonly [Int32Array, Int32Array],
  shares: readonly number[],
): Promise<PagePicture[]> {
  return inBatches(shares, (part) =>
    tidy(() => {
      const share = tensor3d(part.slice(), [part.length, 1, 1]);
      const mixed = add(
        mul(codesOf(tokenizer, first), sub(1, share)),
        mul(codesOf(tokenizer, second), share),
      ) as Tensor3D;
      return tokenizer.decode(tokenizer.quantizer.comparable(mixed));
    }),
  );
}

/** Pictures of whole rows of indices, with the leading `numKept` of each. */
export function decodeRows(
  tokenizer: ResTok,
  rows: readonly Int32Array[],
  numKept: number,
): Promise<PagePicture[]> {
  return inBatches(rows, (part) =>
    tidy(() => {
      const flat = Int32Array.from(part.flatMap((row) => [...row]));
      const indices = tensor2d(flat, [part.length, tokenizer.numLatents], 'int32');
      return tokenizer.decodeIndices(indices, { numKept });
    }),
  );
}

/** What each code is as the only latent. */
export function decodeSingleCodes(tokenizer: ResTok, codes: readonly number[]): Promise<PagePicture[]> {
  const rows = codes.map((code) => new Int32Array(tokenizer.numLatents).fill(code));
  return decodeRows(tokenizer, rows, 1);
}

function codesOf(tokenizer: ResTok, indices: Int32Array): Tensor3D {
  return tokenizer.quantizer.codesOf(tensor2d(indices, [1, indices.length], 'int32'));
}

function maskToken(tokenizer: ResTok): Tensor3D {
  for (const [name, parameter] of tokenizer.namedParameters()) {
    if (name === 'decoder.latent_mask_token') {
      return parameter.as<Tensor3D>();
    }
  }
  throw new Error('This tokenizer has no mask token.');
}

async function inBatches<Item>(
  items: readonly Item[],
  decode: (part: readonly Item[]) => Tensor4D,
): Promise<PagePicture[]> {
  const pictures: PagePicture[] = [];
  for (let start = 0; start < items.length; start += DECODE_BATCH) {
    const decoded = decode(items.slice(start, start + DECODE_BATCH));
    try {
      const values = await decoded.data();
      const [count, side] = decoded.shape;
      const size = side * side * 3;
      for (let i = 0; i < count; i++) {
        const own = values.slice(i * size, (i + 1) * size);
        pictures.push(toPagePicture(fromUnitRange(own, side, side)));
      }
    } finally {
      decoded.dispose();
    }
  }
  return pictures;
}
