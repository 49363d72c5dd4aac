import type { Scalar, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  clipByValue,
  dispose,
  div,
  expandDims,
  keep,
  less,
  maximum,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { adamW } from '@restok/ops';
import type { ResTok } from '@restok/tokenizer';
import { valueAndGradients } from './value-and-gradients';

/** Settings of {@link refineCodes}. */
export interface RefineOptions {
  /** Steps down the gradient, each a pass through the decoder and back; by default 20. */
  readonly steps?: number;
  /** Called after every step with how many are done, and waited for. */
  readonly onStep?: (done: number, steps: number) => void | Promise<void>;
  /** Ends the search after the step that it is at, with what it has found. */
  readonly signal?: AbortSignal;
}

const DEFAULT_STEPS = 20;

/** How far the first step moves a latent whose picture's have a root mean square of 1; the last moves it a tenth. */
const FIRST_STEP = 0.08;
const LAST_STEP = 0.008;
/** Latents that are all zero have no size to measure steps by. */
const SMALLEST_SIZE = 1e-12;
/**
 * Adam with short moments, as there are few steps: twenty with the shipped model on sixteen pictures gain 2.10 dB, with
 * the usual 0.9 and 0.99 they gain 1.92 dB.
 */
const ADAM = { beta1: 0.6, beta2: 0.9, epsilon: 1e-8, weightDecay: 0, gradientScale: 1 };

/** Indices `[B, L]` with the squared error `[B]` of what is decoded from them. */
type Found = {
  readonly indices: Tensor2D;
  readonly errors: Tensor1D;
};

/** Latents of size 1 on their way down, `[B, L, Dc]`, with the moments of their gradients. */
type Descent = {
  readonly value: Tensor3D;
  readonly mean: Tensor3D;
  readonly variance: Tensor3D;
};

/**
 * Codes that give pictures back more exactly than those of `tokenizer.encode`, for more time: the encoder's latents go
 * down the gradient of the squared error of what the decoder makes of them, through the quantiser as in training. Each
 * picture keeps the best codes on the way, so that none gets worse. They are as many bits as ever, and every decoder of
 * the model decodes them. Only the picture of all latents counts; that of the first few is left to chance.
 *
 * Not of the paper, where the codes are the encoder's.
 *
 * @param pixels `[B, H, W, 3]` in 0 ... 1, H = W = crop_size; of the others in its batch a picture sees rounding at most.
 * @returns indices `[B, L]` int32 and their codes `[B, L, Dc]`, owned by the caller.
 * @throws ConfigError when `steps` is no whole number from 0.
 */
export async function refineCodes(
  tokenizer: ResTok,
  pixels: Tensor4D,
  { steps = DEFAULT_STEPS, onStep, signal }: RefineOptions = {},
): Promise<{ indices: Tensor2D; codes: Tensor3D }> {
  if (!Number.isSafeInteger(steps) || steps < 0) {
    const problem = `steps must be a whole number from 0, got ${steps}`;
    throw new ConfigError(`refineCodes: ${problem}. Leave it out for ${DEFAULT_STEPS}.`, [problem]);
  }
  const { latents, size } = encodedLatents(tokenizer, pixels);
  const decoded = (value: Tensor3D): Found => reconstructionErrors(tokenizer, mul(value, size), pixels);
  let descent: Descent = { value: latents, mean: zerosLike(latents), variance: zerosLike(latents) };
  let best: Found | undefined;
  try {
    for (let step = 1; step <= steps; step++) {
      const learningRate = FIRST_STEP + ((LAST_STEP - FIRST_STEP) * (step - 1)) / steps;
      [best, descent] = tidy((): [Found, Descent] => {
        const { found, gradient } = withGradient(decoded, descent.value);
        const next = adamW(descent, gradient, { ...ADAM, learningRate, step }) as Descent;
        return [better(best, found), next];
      });
      await onStep?.(step, steps);
      if (signal?.aborted === true) {
        break;
      }
    }
    return tidy(() => {
      const { indices } = better(best, decoded(descent.value));
      return { indices, codes: tokenizer.quantizer.codesOf(indices) };
    });
  } finally {
    dispose([size, descent, best ?? []]);
  }
}

/** Latents of a root mean square of 1, and what it was, `[B, 1, 1]`. */
function encodedLatents(tokenizer: ResTok, pixels: Tensor4D): { latents: Tensor3D; size: Tensor3D } {
  return tidy(() => {
    const { latents } = tokenizer.encodeLatents(pixels);
    const size = maximum<Tensor3D>(sqrt(mean(square(latents), [1, 2], true)), SMALLEST_SIZE);
    return { latents: div<Tensor3D>(latents, size), size };
  });
}

/** Squared errors, over pixels in 0 ... 1, of what is decoded from the codes nearest to some latents. */
function reconstructionErrors(tokenizer: ResTok, latents: Tensor3D, pixels: Tensor4D): Found {
  const { codes, indices } = tokenizer.quantizer.quantize(latents);
  const reconstructions = clipByValue(tokenizer.decode(codes), 0, 1);
  return { indices, errors: sum<Tensor1D>(square(sub(reconstructions, pixels)), [1, 2, 3]) };
}

/** What a function finds, and the gradient of the sum of its errors. */
function withGradient(
  find: (value: Tensor3D) => Found,
  value: Tensor3D,
): { found: Found; gradient: Tensor3D } {
  const kept: Found[] = [];
  const loss = (): Scalar => {
    const { indices, errors } = find(value);
    kept.push({ indices: keep(indices), errors: keep(errors) });
    return sum<Scalar>(errors);
  };
  const { value: total, gradients } = valueAndGradients(loss, [value]);
  const [{ indices, errors }] = kept as [Found];
  const found = { indices: indices.clone(), errors: errors.clone() };
  [total, indices, errors].forEach((tensor) => tensor.dispose());
  return { found, gradient: gradients[0] as Tensor3D };
}

/** The better of two for each picture; consumes the first. */
function better(first: Found | undefined, second: Found): Found {
  if (first === undefined) {
    return second;
  }
  const isBetter = less(second.errors, first.errors); // [B]
  const chosen = {
    indices: where<Tensor2D>(expandDims(isBetter, 1), second.indices, first.indices),
    errors: where<Tensor1D>(isBetter, second.errors, first.errors),
  };
  dispose(first);
  return chosen;
}
