import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Picture } from '@restok/data';
import { fromUnitRange } from '@restok/data';
import type { OnnxTokenizer } from '@restok/onnx';
import type { ResTok } from '@restok/tokenizer';
import { folderDigest } from './file-digest';
import type { FindCodes } from './find-codes';
import { encodedBy } from './find-codes';
import { asBatch, unitValues } from './picture-batch';
import { weightsDigest } from './weights-digest';

/** Pictures to indices and back, whatever computes it. */
export interface PictureCoder {
  readonly numLatents: number;
  /** Latents per level, coarsest first. */
  readonly levelSizes: readonly number[];
  /** The indices of some pictures of the model's size, `[B, L]`. */
  encode(pictures: readonly Picture[]): Promise<Int32Array>;
  /**
   * Pictures of some rows of indices, `[B, L]`.
   *
   * @param numKept leading latents that are kept; all when left out.
   */
  decode(indices: Int32Array, numKept?: number): Promise<Picture[]>;
  /** SHA-256 of what was loaded: tells whether two coders give the same. */
  digest(): Promise<string>;
}

/**
 * Computes with TensorFlow.js.
 *
 * @param findCodes how codes are found, by the encoder by default.
 */
export function tfjsCoder(tokenizer: ResTok, findCodes: FindCodes = encodedBy(tokenizer)): PictureCoder {
  const { numLatents, levelSizes } = tokenizer;
  return {
    numLatents,
    levelSizes,
    async encode(pictures) {
      const pixels = asBatch(pictures);
      try {
        const { indices, codes } = await findCodes(pixels);
        codes.dispose();
        try {
          return Int32Array.from(await indices.data());
        } finally {
          indices.dispose();
        }
      } finally {
        pixels.dispose();
      }
    },
    decode: (indices, numKept) => decodeRows(tokenizer, indices, numKept),
    digest: () => weightsDigest(tokenizer),
  };
}

/**
 * Computes with ONNX Runtime.
 *
 * @param folder from which the tokenizer was loaded.
 */
export function onnxCoder(tokenizer: OnnxTokenizer, folder: string): PictureCoder {
  const { numLatents, levelSizes, config } = tokenizer;
  const size = config.dataset.preprocessing.crop_size;
  return {
    numLatents,
    levelSizes,
    encode: async (pictures) => (await tokenizer.encode(unitValues(pictures))).indices,
    async decode(indices, numKept) {
      const values = await tokenizer.decodeIndices(indices, { numKept });
      const length = size * size * 3;
      return Array.from({ length: values.length / length }, (_, i) =>
        fromUnitRange(values.subarray(i * length, (i + 1) * length), size, size),
      );
    },
    digest: () => folderDigest(folder),
  };
}

/**
 * Decodes some rows of indices.
 *
 * @param indices `[B, L]`.
 * @param numKept leading latents that are there already; all when left out.
 */
export async function decodeRows(
  tokenizer: ResTok,
  indices: Int32Array,
  numKept?: number,
): Promise<Picture[]> {
  const { numLatents } = tokenizer;
  const decoded = tidy(() => {
    const rows = tensor2d(indices, [indices.length / numLatents, numLatents], 'int32');
    return tokenizer.decodeIndices(rows, { numKept });
  });
  try {
    const [batch, height, width] = decoded.shape;
    const values = await decoded.data();
    const length = values.length / batch;
    return Array.from({ length: batch }, (_, i) =>
      fromUnitRange(values.subarray(i * length, (i + 1) * length), width, height),
    );
  } finally {
    decoded.dispose();
  }
}
