import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { Module } from '@restok/ops';
import type { Parameter } from '@restok/ops';
import type { Draws } from '../draws';

/**
 * Tells pictures from reconstructions. Looking at a batch has two parts: {@link view}, which holds no trained
 * weights, and {@link logits}, so that a discriminator step need not differentiate the first.
 */
export abstract class Discriminator extends Module {
  /** Whether what it sees is augmented at random first. */
  abstract readonly augments: boolean;

  /**
   * What the trained layers look at.
   *
   * @param pixels `[B, H, W, 3]` in 0 ... 1.
   * @param draws where it crops at random.
   * @returns owned by the caller; differentiable with respect to the pixels.
   */
  abstract view(pixels: Tensor4D, draws: Draws): Tensor[];

  /** `[B, N]` logits of a view, owned by the caller; differentiable. */
  abstract logits(view: readonly Tensor[]): Tensor2D;

  /** What happens before each forward pass of training: power iterations of spectral norm. */
  beforeForward(): void {
    // Most discriminators keep no state.
  }

  /** Parameters that an optimizer moves, by published name. */
  trainedParameters(): [string, Parameter][] {
    return [...this.namedParameters()].filter(([name]) => !isState(name));
  }

  /** What training changes beside parameters, by published name. */
  stateParameters(): [string, Parameter][] {
    return [...this.namedParameters()].filter(([name]) => isState(name));
  }
}

/** Names of the vectors of spectral norm in published files. */
function isState(name: string): boolean {
  return name.endsWith('weight_u') || name.endsWith('weight_v');
}
