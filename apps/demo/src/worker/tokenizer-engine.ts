import type { Tensor3D } from '@tensorflow/tfjs-core';
import { add, mul, sub, tensor2d, tensor3d, tile } from '@tensorflow/tfjs-core';
import { fromUnitRange } from '@restok/data/browser';
import type { ResTok } from '@restok/tokenizer';
import type { PagePicture } from '../engine/engine-api';
import { largestTensorBytes } from './backend';
import { picturesAtOnce } from './largest-activation';
import { toPagePicture, toUnitPixels } from './open-picture';
import type { PageTokenizer } from './page-tokenizer';

/** Pictures that are decoded together where the device has room for them. */
const DECODE_BATCH = 4;

/** A picture's indices. */
export function encodePicture(tokenizer: PageTokenizer, picture: PagePicture): Promise<Int32Array> {
  return tokenizer.encode(toUnitPixels(picture));
}

/** One picture for each mask; a latent that is hidden becomes the mask token, as in nested dropout. */
export function decodeMasked(
  tokenizer: PageTokenizer,
  indices: Int32Array,
  masks: readonly Uint8Array[],
): Promise<PagePicture[]> {
  return inBatches(tokenizer, masks, (part) => {
    const numKept = part.map(leadingLatents);
    if (numKept.every((kept) => kept !== undefined)) {
      const rows = part.map(() => indices);
      return tokenizer.decodeRows(rows, numKept);
    }
    return tokenizer.decodeCodes((model) => {
      const keep = tensor3d(
        part.flatMap((mask) => [...mask]),
        [part.length, model.numLatents, 1],
      );
      const kept = mul(tile(codesOf(model, indices), [part.length, 1, 1]), keep);
      return add(kept, mul(maskToken(model), sub(1, keep)));
    });
  });
}

/** How many latents a mask keeps if they are the leading ones. */
function leadingLatents(mask: Uint8Array): number | undefined {
  const end = mask.indexOf(0);
  return end < 0 ? mask.length : mask.includes(1, end) ? undefined : end;
}

/** Pictures of codes on the way from one row of indices to another. */
export function decodeBlends(
  tokenizer: PageTokenizer,
  [first, second]: readonly [Int32Array, Int32Array],
  shares: readonly number[],
): Promise<PagePicture[]> {
  return inBatches(tokenizer, shares, (part) =>
    tokenizer.decodeCodes((model) => {
      const share = tensor3d(part.slice(), [part.length, 1, 1]);
      const mixed = add(mul(codesOf(model, first), sub(1, share)), mul(codesOf(model, second), share));
      return model.quantizer.comparable(mixed as Tensor3D);
    }),
  );
}

/** Pictures of whole rows of indices, with the leading `numKept` of each. */
export function decodeRows(
  tokenizer: PageTokenizer,
  rows: readonly Int32Array[],
  numKept: number,
): Promise<PagePicture[]> {
  return inBatches(tokenizer, rows, (part) =>
    tokenizer.decodeRows(
      part,
      part.map(() => numKept),
    ),
  );
}

/** What each code is as the only latent. */
export function decodeSingleCodes(
  tokenizer: PageTokenizer,
  codes: readonly number[],
): Promise<PagePicture[]> {
  const rows = codes.map((code) => new Int32Array(tokenizer.facts.numLatents).fill(code));
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
  { facts, pictureBytes }: PageTokenizer,
  items: readonly Item[],
  decode: (part: readonly Item[]) => Promise<Float32Array>,
): Promise<PagePicture[]> {
  const { side } = facts;
  const size = side * side * 3;
  const batch = picturesAtOnce(DECODE_BATCH, largestTensorBytes(), pictureBytes);
  const pictures: PagePicture[] = [];
  for (let start = 0; start < items.length; start += batch) {
    const part = items.slice(start, start + batch);
    const values = await decode(part);
    part.forEach((_, i) => {
      const own = values.slice(i * size, (i + 1) * size);
      pictures.push(toPagePicture(fromUnitRange(own, side, side)));
    });
  }
  return pictures;
}
