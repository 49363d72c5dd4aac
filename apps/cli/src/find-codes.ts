import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ResTok } from '@restok/tokenizer';
import { otherEvents } from './other-events';
import type { Output } from './output';
import { rateText } from './output';

/** Option of commands that can look for better codes than the encoder's. */
export interface RefineOption {
  /** Steps down the gradient of the picture's error. */
  readonly refine?: number;
}

/** Finds the codes of a batch of pictures `[B, H, W, 3]`; both tensors are owned by the caller. */
export type FindCodes = (pixels: Tensor4D) => Promise<{ indices: Tensor2D; codes: Tensor3D }>;

/** The encoder's. */
export function encodedBy(tokenizer: ResTok): FindCodes {
  return (pixels) => Promise.resolve(tokenizer.encode(pixels));
}

/** The encoder, or from its codes on a search of some steps. */
export function codeFinder(tokenizer: ResTok, { refine }: RefineOption, output: Output): FindCodes {
  if (refine === undefined) {
    return encodedBy(tokenizer);
  }
  return async (pixels) => {
    // Loaded here, since most commands train nothing.
    const { refineCodes } = await import('@restok/training');
    const startedAt = performance.now();
    return refineCodes(tokenizer, pixels, {
      steps: refine,
      async onStep(done, steps) {
        output.progress(`looking for codes: ${rateText(done, steps, startedAt, 'steps')}`);
        await otherEvents();
      },
    });
  };
}
