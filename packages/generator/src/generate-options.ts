import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import type { GeneratorArchitecture } from './architecture';
import type { GuidanceOptions } from './guidance';
import type { SamplingOptions } from './sampling';
import type { SequenceLayout } from './sequence-layout';

/** Latents that are given, so that only the others are generated. */
export interface KeptLatents {
  /** Int32 `[B, n]` with n of at least `numKept`, or rows of them; a tensor is not disposed. */
  readonly indices: Tensor2D | readonly (readonly number[])[];
  /** Leading latents that are kept: up to the end of a forward pass, for instance of a level. */
  readonly numKept: number;
}

export interface GenerateOptions extends GuidanceOptions, SamplingOptions {
  /** Decides every draw; 0 when left out. A sample's draws do not depend on the others of its batch. */
  readonly seed?: number;
  /**
   * Number of the first sample in a larger batch that is generated part by part, 0 when left out: a sample's draws
   * follow from the seed and its number.
   */
  readonly firstSample?: number;
  /** Keep these latents: complete a picture, draw its fine levels anew, or change its class. */
  readonly keep?: KeptLatents;
  /**
   * With `ar_token_num` 1, cache positions as the authors' code has them, which loses the class. Off by default;
   * no other model is concerned.
   */
  readonly publishedPositions?: boolean;
  /**
   * Called in every pass that predicts, before an index is drawn, with the guided logits `[B, n, V]` before
   * temperature. Do not change them.
   */
  readonly onLogits?: (logits: Float32Array, step: number) => void;
}

/** What one forward pass of generation gives. */
export interface GenerationStep {
  /** 0 ... numSteps - 1. */
  readonly step: number;
  readonly numSteps: number;
  /** Number of the first latent of this step. */
  readonly firstLatent: number;
  /** `[B, n]` row-major: latents firstLatent ... firstLatent + n - 1 of every sample. */
  readonly indices: Int32Array;
}

/**
 * Checks the labels of a generation.
 *
 * @throws ShapeError when there are none or one is no class.
 */
export function checkLabels(caller: string, labels: ArrayLike<number>, numLabels: number): void {
  const wrong = Array.from(labels).find(
    (label) => !Number.isInteger(label) || label < 0 || label >= numLabels,
  );
  if (labels.length === 0 || wrong !== undefined) {
    throw new ShapeError(
      `${caller}: labels must be whole numbers in 0 ... ${numLabels - 1}, got ${wrong ?? 'none'}. Use classes of this model.`,
      { label: wrong },
    );
  }
}

/**
 * The number of the first sample.
 *
 * @throws ShapeError when it is no whole number of at least 0.
 */
export function checkedFirstSample({ firstSample = 0 }: Pick<GenerateOptions, 'firstSample'>): number {
  if (!(Number.isSafeInteger(firstSample) && firstSample >= 0)) {
    throw new ShapeError(
      `generate: firstSample must be a whole number of at least 0, got ${firstSample}. Leave it out for a batch that is generated at once.`,
      { firstSample },
    );
  }
  return firstSample;
}

/** Where generation may start: at the first latent of a pass, or at the end. */
export function possibleStarts(layout: SequenceLayout): number[] {
  return [...layout.passes.map(({ position }) => position), layout.inputs.length];
}

/**
 * Checks how many latents are kept and that there are as many for each sample; not yet their values.
 *
 * @throws ShapeError.
 */
export function checkKept(kept: KeptLatents, batch: number, { layout }: GeneratorArchitecture): void {
  const starts = possibleStarts(layout);
  if (!starts.includes(kept.numKept)) {
    const allowed = layout.arTokenNum === undefined ? `0 ... ${starts.at(-1)}` : starts.join(', ');
    throw new ShapeError(
      `generate: keep.numKept must be one of ${allowed}, got ${kept.numKept}. Keep whole levels.`,
    );
  }
  const { indices } = kept;
  const shape = 'shape' in indices ? indices.shape : undefined;
  const widths =
    shape === undefined
      ? (indices as readonly (readonly number[])[]).map((row) => row.length)
      : new Array<number>(shape[0]).fill(shape[1]);
  if (widths.length !== batch || widths.some((width) => width < kept.numKept)) {
    throw new ShapeError(
      `generate: keep.indices must be [${batch}, ${kept.numKept}] or wider, got ${widths.length} rows of ${[...new Set(widths)].join(', ')}. Give one row for each label.`,
    );
  }
}
