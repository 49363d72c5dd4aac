import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor2d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { resolveVitSize } from '@restok/core';
import type { ResTok } from '@restok/tokenizer';
import type { EngineFacts, TokenizerFacts } from '../engine/engine-api';
import { tokenizerPictureBytes } from './largest-activation';

/** A tokenizer as the page uses it, whatever runs it. */
export interface PageTokenizer {
  readonly facts: TokenizerFacts;
  /** Bytes of the largest activation of one picture. */
  readonly pictureBytes: number;
  /** Indices `[L]` of a picture `[H, W, 3]` in 0 ... 1. */
  encode(pixels: Float32Array): Promise<Int32Array>;
  /** Rows of indices to pictures `[B, H, W, 3]`, not clamped, with the leading `numKept` of each row. */
  decodeRows(rows: readonly Int32Array[], numKept: readonly number[]): Promise<Float32Array>;
  /**
   * Codes to pictures.
   *
   * @param codes makes `[B, L, Dc]` with the model of TensorFlow.js, within a tidy.
   */
  decodeCodes(codes: (model: ResTok) => Tensor3D): Promise<Float32Array>;
  /** The model of TensorFlow.js, for what only its layers tell. */
  model(): Promise<ResTok>;
  dispose(): Promise<void>;
}

/** What the page needs to know about a tokenizer; it may be without weights. */
export function tokenizerFacts(tokenizer: ResTok, engine: EngineFacts): TokenizerFacts {
  const model = tokenizer.config.model.vq_model;
  const encoder = resolveVitSize(model.vit_enc_model_size);
  const decoder = resolveVitSize(model.vit_dec_model_size);
  return {
    ...engine,
    side: tokenizer.config.dataset.preprocessing.crop_size,
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

/** A tokenizer that TensorFlow.js runs. */
export class TfjsTokenizer implements PageTokenizer {
  readonly facts: TokenizerFacts;
  readonly pictureBytes: number;

  /** Takes ownership of the model. */
  constructor(
    private readonly loaded: ResTok,
    isExported: boolean,
  ) {
    this.pictureBytes = tokenizerPictureBytes(loaded.config);
    this.facts = tokenizerFacts(loaded, { engine: 'tfjs', isExported });
  }

  async encode(values: Float32Array): Promise<Int32Array> {
    const { side } = this.facts;
    const pixels = tensor4d(values, [1, side, side, 3]);
    const { indices, codes } = this.loaded.encode(pixels);
    try {
      return (await indices.data()) as Int32Array;
    } finally {
      [pixels, indices, codes].forEach((tensor) => tensor.dispose());
    }
  }

  decodeRows(rows: readonly Int32Array[], numKept: readonly number[]): Promise<Float32Array> {
    const flat = Int32Array.from(rows.flatMap((row) => [...row]));
    return valuesOf(() =>
      this.loaded.decodeIndices(tensor2d(flat, [rows.length, this.facts.numLatents], 'int32'), { numKept }),
    );
  }

  decodeCodes(codes: (model: ResTok) => Tensor3D): Promise<Float32Array> {
    return valuesOf(() => this.loaded.decode(codes(this.loaded)));
  }

  model(): Promise<ResTok> {
    return Promise.resolve(this.loaded);
  }

  dispose(): Promise<void> {
    this.loaded.dispose();
    return Promise.resolve();
  }
}

async function valuesOf(decode: () => Tensor4D): Promise<Float32Array> {
  const pictures = tidy(decode);
  try {
    return (await pictures.data()) as Float32Array;
  } finally {
    pictures.dispose();
  }
}
