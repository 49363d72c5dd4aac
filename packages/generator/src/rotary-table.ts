import type { Tensor2D } from '@tensorflow/tfjs-core';
import { keep, slice, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { RotationTable } from '@restok/ops';

/** Cosines and sines as plain numbers, `[T, Dh/2]` row-major. */
export interface RotationAngles {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * Angles of the 1D rotary embedding: channel pair i of position t turns by t · base^(-2i / Dh).
 *
 * @param headWidth Dh, even.
 * @param base 10000 in published models.
 * @source Su et al., arXiv 2104.09864; method.md, section 7.
 * @asIs Frequencies and angles are rounded to single precision, as published, before the cosine is taken; the
 *   tokenizer's are not.
 */
export function rotationAngles(numPositions: number, headWidth: number, base: number): RotationAngles {
  const numPairs = headWidth / 2;
  const cos = new Float32Array(numPositions * numPairs);
  const sin = new Float32Array(numPositions * numPairs);
  for (let pair = 0; pair < numPairs; pair++) {
    const frequency = Math.fround(1 / Math.fround(base ** Math.fround((2 * pair) / headWidth)));
    for (let position = 0; position < numPositions; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * numPairs + pair] = Math.cos(angle);
      sin[position * numPairs + pair] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The rotation table of a sequence; its tensors are made by prepare() or on first use and live until dispose(). */
export class RotaryTable {
  private tensors: RotationTable | undefined;

  constructor(
    private readonly numPositions: number,
    private readonly headWidth: number,
    private readonly base: number,
  ) {}

  /** `[T, Dh/2]` cosines and sines, owned by this object. */
  get whole(): RotationTable {
    this.tensors ??= this.made();
    return this.tensors;
  }

  /** Makes the tensors now, on the current backend, so that no first use does. */
  prepare(): void {
    this.tensors ??= this.made();
  }

  /** The rows of some neighbouring positions, owned by the caller. */
  part(position: number, size: number): RotationTable {
    const { cos, sin } = this.whole;
    return tidy(() => ({
      cos: slice(cos, [position, 0], [size, -1]),
      sin: slice(sin, [position, 0], [size, -1]),
    }));
  }

  dispose(): void {
    this.tensors?.cos.dispose();
    this.tensors?.sin.dispose();
    this.tensors = undefined;
  }

  private made(): RotationTable {
    const { cos, sin } = rotationAngles(this.numPositions, this.headWidth, this.base);
    const shape: [number, number] = [this.numPositions, this.headWidth / 2];
    const make = (values: Float32Array): Tensor2D => keep(tensor2d(values, shape));
    return { cos: make(cos), sin: make(sin) };
  }
}
