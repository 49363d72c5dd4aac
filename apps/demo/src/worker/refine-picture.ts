import { tensor4d } from '@tensorflow/tfjs-core';
import type { PagePicture } from '../engine/engine-api';
import { letMessagesIn } from './let-messages-in';
import { toUnitPixels } from './open-picture';
import type { PageTokenizer } from './page-tokenizer';

/** More gain little. */
const STEPS = 20;

/** What a search needs beside a picture. */
export interface Refinement {
  /** Ends the search with what it has found. */
  isCancelled(): boolean;
  onStep(done: number, steps: number): void;
}

/** Indices `[L]` that give a picture back more exactly than the encoder's. */
export async function refinePicture(
  tokenizer: PageTokenizer,
  picture: PagePicture,
  { isCancelled, onStep }: Refinement,
): Promise<Int32Array> {
  // Gradients are read when somebody asks for them.
  const [{ refineCodes }, model] = await Promise.all([import('@restok/training/browser'), tokenizer.model()]);
  const { side } = tokenizer.facts;
  const pixels = tensor4d(toUnitPixels(picture), [1, side, side, 3]);
  const stop = new AbortController();
  try {
    const { indices, codes } = await refineCodes(model, pixels, {
      steps: STEPS,
      signal: stop.signal,
      async onStep(done, steps) {
        onStep(done, steps);
        await letMessagesIn();
        if (isCancelled()) {
          stop.abort();
        }
      },
    });
    codes.dispose();
    try {
      return (await indices.data()) as Int32Array;
    } finally {
      indices.dispose();
    }
  } finally {
    pixels.dispose();
  }
}
