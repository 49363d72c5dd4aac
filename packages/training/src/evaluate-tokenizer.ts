import {
  clipByValue,
  dispose,
  div,
  mean,
  mul,
  round,
  square,
  sub,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { codebookEntropy, codebookUsage } from '@restok/metrics';
import type { PictureDataset } from '@restok/data';
import type { ResTok } from '@restok/tokenizer';

/** How well a tokenizer gives back the pictures of a data set. */
export interface TokenizerEvaluation {
  readonly count: number;
  /** Mean PSNR in decibels by number of kept latents. */
  readonly psnr: Readonly<Record<string, number>>;
  /** Share of the codebook that was chosen. */
  readonly codebookUsage: number;
  /** In bits. */
  readonly codebookEntropy: number;
}

export interface EvaluateOptions {
  readonly batchSize: number;
  /** Evaluate this many pictures spread evenly over the set; all when absent. */
  readonly maxPictures?: number;
  readonly keep: readonly number[];
}

/** Reconstructions are clamped and rounded to 8 bits before scoring. @source method.md, appendix C. */
export async function evaluateTokenizer(
  tokenizer: ResTok,
  dataset: PictureDataset,
  options: EvaluateOptions,
): Promise<TokenizerEvaluation> {
  const count = Math.min(dataset.count, options.maxPictures ?? dataset.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * dataset.count) / count));
  const sums = new Map(options.keep.map((kept) => [kept, 0]));
  const indices: number[] = [];
  for (let start = 0; start < count; start += options.batchSize) {
    const batch = chosen.slice(start, start + options.batchSize);
    const pixels = tensor4d(await dataset.read(batch), [batch.length, dataset.size, dataset.size, 3]);
    indices.push(...(await addScores(tokenizer, pixels, sums)));
  }
  const psnr = Object.fromEntries([...sums].map(([kept, sum]) => [kept, sum / count]));
  const { codebookSize } = tokenizer.quantizer.options;
  return {
    count,
    psnr,
    codebookUsage: codebookUsage(indices, codebookSize),
    codebookEntropy: codebookEntropy(indices, codebookSize),
  };
}

/**
 * Adds the PSNR of a batch for each number of kept latents.
 *
 * @param pixels `[B, H, W, 3]`, consumed.
 * @returns the codes that were chosen.
 */
async function addScores(
  tokenizer: ResTok,
  pixels: Tensor4D,
  sums: Map<number, number>,
): Promise<Int32Array> {
  const held: Tensor[] = [pixels];
  try {
    const { codes, indices } = tokenizer.encode(pixels);
    held.push(codes, indices);
    for (const [kept, sum] of sums) {
      const decoded = tokenizer.decode(codes, { numKept: kept });
      held.push(decoded);
      sums.set(kept, sum + (await sumOfPsnr(decoded, pixels)));
      dispose(held.pop()!);
    }
    return (await indices.data()) as Int32Array;
  } finally {
    dispose(held);
  }
}

async function sumOfPsnr(decoded: Tensor4D, pixels: Tensor4D): Promise<number> {
  const errors = tidy(() => {
    const rounded = div(round(mul(clipByValue(decoded, 0, 1), 255)), 255);
    return mean(square(sub(rounded, pixels)), [1, 2, 3]);
  });
  const values = await errors.data<'float32'>().finally(() => errors.dispose());
  return values.reduce((sum, error) => sum - 10 * Math.log10(error), 0);
}
