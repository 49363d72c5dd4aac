import type { Tensor } from '@tensorflow/tfjs-core';
import { keep, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Parameter } from '@restok/ops';
import { adamW, squaredNorm } from '@restok/ops';
import { hasWeightDecay } from './parameter-groups';
import { scalarValues } from './scalar-values';

export interface OptimizerOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** Gradients whose global norm is larger are scaled down to it. */
  readonly maxGradNorm?: number;
}

/** ε of AdamW. */
const EPSILON = 1e-8;
/** Added to the norm before dividing by it, as PyTorch does. */
const NORM_OFFSET = 1e-6;

interface Moments {
  mean: Tensor;
  variance: Tensor;
}

/** AdamW over a model's parameters with the published grouping and global clipping. */
export class Optimizer {
  private readonly moments = new Map<string, Moments>();

  constructor(
    private readonly parameters: readonly [string, Parameter][],
    private readonly options: OptimizerOptions,
  ) {
    for (const [name, parameter] of parameters) {
      const make = (): Tensor => tidy(() => keep(zeros([...parameter.shape])));
      this.moments.set(name, { mean: make(), variance: make() });
    }
  }

  /**
   * Updates every parameter.
   *
   * @param gradients one per parameter, in order; not consumed.
   * @param step number of this step, counted from 1.
   * @param options `gradientNorm` is their global norm; `gradientScale` multiplies gradients and norm before
   *   clipping, for instance by 1 / accumulation steps.
   */
  step(
    gradients: readonly Tensor[],
    step: number,
    options: {
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly gradientScale?: number;
    },
  ): void {
    const { learningRate, gradientNorm, gradientScale = 1 } = options;
    const norm = gradientNorm * gradientScale;
    const { maxGradNorm, beta1, beta2, weightDecay } = this.options;
    const clipping = maxGradNorm === undefined ? 1 : Math.min(1, maxGradNorm / (norm + NORM_OFFSET));
    this.parameters.forEach(([name, parameter], i) => {
      const moments = this.moments.get(name)!;
      const state = { value: parameter.value, mean: moments.mean, variance: moments.variance };
      const updated = adamW(state, gradients[i]!, {
        learningRate,
        beta1,
        beta2,
        epsilon: EPSILON,
        weightDecay: hasWeightDecay(name, parameter.publishedShape) ? weightDecay : 0,
        step,
        gradientScale: clipping * gradientScale,
      });
      parameter.replaceConsumed(updated.value);
      this.moments.set(name, { mean: keep(updated.mean), variance: keep(updated.variance) });
    });
  }

  /** Moments of one parameter, owned by the optimizer. */
  momentsOf(name: string): Readonly<Moments> {
    return this.moments.get(name)!;
  }

  /** Takes ownership of loaded moments. */
  restore(name: string, moments: Moments): void {
    const previous = this.moments.get(name)!;
    previous.mean.dispose();
    previous.variance.dispose();
    this.moments.set(name, { mean: keep(moments.mean), variance: keep(moments.variance) });
  }

  dispose(): void {
    for (const { mean, variance } of this.moments.values()) {
      mean.dispose();
      variance.dispose();
    }
    this.moments.clear();
  }
}

/** Euclidean norm over all tensors, summed in double precision; a GPU is waited for once. */
export async function globalNorm(tensors: readonly Tensor[]): Promise<number> {
  const squares = await scalarValues(tensors.map(squaredNorm));
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}
