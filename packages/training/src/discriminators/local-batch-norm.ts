import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { reshape, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { groupNorm, Module, ones, zeros } from '@restok/ops';

/** Samples that are normalised together at most. */
const GROUP_SAMPLES = 8;
/** @source method.md, appendix A. */
const EPSILON = 1e-6;

/**
 * Batch norm over small groups: the batch is split into ⌈B / 8⌉ runs, and each channel normalised over the samples
 * and positions of its run, always by the statistics of the batch at hand.
 *
 * @source method.md, appendix A.
 */
export class LocalBatchNorm extends Module {
  private readonly gain;
  private readonly shift;

  constructor(private readonly channels: number) {
    super();
    this.gain = this.parameter('weight', [channels], ones);
    this.shift = this.parameter('bias', [channels], zeros);
  }

  /**
   * @param x `[B, T, C]`.
   * @returns same shape, owned by the caller.
   * @throws ShapeError when the batch does not split evenly, as 9 does not.
   */
  forward(x: Tensor3D): Tensor3D {
    const [batch, positions] = x.shape;
    const groups = Math.ceil(batch / GROUP_SAMPLES);
    if (batch % groups !== 0) {
      throw new ShapeError(
        `LocalBatchNorm: a batch must split into ${groups} equal groups of at most ${GROUP_SAMPLES}, got ${batch} samples. Use a multiple of ${GROUP_SAMPLES}.`,
      );
    }
    return tidy(() => {
      // A group norm in which every channel is a group of its own.
      const grouped: Tensor4D = reshape(x, [groups, (batch / groups) * positions, 1, this.channels]);
      const normalized = groupNorm(grouped, this.gain.as<Tensor1D>(), this.shift.as<Tensor1D>(), {
        groups: this.channels,
        epsilon: EPSILON,
        activation: 'none',
      });
      return reshape(normalized, x.shape);
    });
  }
}
