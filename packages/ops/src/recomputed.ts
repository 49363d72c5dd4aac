import type { Tensor } from '@tensorflow/tfjs-core';
import { customGrad, engine, zerosLike } from '@tensorflow/tfjs-core';
import { Module } from './module';

/**
 * Computes something and keeps only its input for the backward pass, which computes everything between again
 * (gradient checkpointing). The value and the gradients are those of `forward` itself.
 *
 * @param x receives a gradient and is kept.
 * @param parameters every other tensor that receives one; they must not change before the backward pass.
 * @param forward called once, and again in the backward pass; it must give the same both times.
 * @returns the value, owned by the caller.
 * @source Chen et al., "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.
 */
export function recomputed<X extends Tensor, Y extends Tensor>(
  x: X,
  parameters: readonly Tensor[],
  forward: (x: X) => Y,
): Y {
  const run = customGrad((...inputsAndSave) => {
    const save = inputsAndSave.pop() as (tensors: Tensor[]) => void;
    const value = forward(x);
    save([x]);
    return {
      value,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const input = saved[0] as X;
        return gradientsOf(() => forward(input), [input, ...parameters], gradient as Y);
      },
    };
  });
  return run(x, ...parameters) as Y;
}

/** A gradient within a backward pass: TensorFlow.js forgets the tape of the outer one, so that is put back. */
function gradientsOf<Y extends Tensor>(
  forward: () => Y,
  tensors: readonly Tensor[],
  outputGradient: Y,
): Tensor[] {
  const { state } = engine();
  const outer = state.activeTape;
  try {
    const { value, grads } = engine().gradients(forward, [...tensors], outputGradient, true);
    value.dispose();
    return grads.map((gradient: Tensor | null, i) => gradient ?? zerosLike(tensors[i]!));
  } finally {
    state.activeTape = outer;
  }
}

/** A part of a model that can spare the memory of what it computes, see {@link recomputed}. */
export class RecomputableModule extends Module {
  /** Whether the backward pass computes this part again instead of keeping what it computed. */
  recomputes = false;

  /** `forward` of an input, which must depend on the parameters of this module and on nothing else that is trained. */
  protected recompute<X extends Tensor, Y extends Tensor>(x: X, forward: (x: X) => Y): Y {
    if (!this.recomputes) {
      return forward(x);
    }
    const parameters = [...this.namedParameters()].map(([, parameter]) => parameter.value);
    return recomputed(x, parameters, forward);
  }
}

/**
 * Lets every part below a module that can compute again in the backward pass do so, or not.
 *
 * @returns how many parts there are.
 */
export function setRecomputing(model: Module, recomputes: boolean): number {
  let count = 0;
  for (const module of model.modules()) {
    if (module instanceof RecomputableModule) {
      module.recomputes = recomputes;
      count += 1;
    }
  }
  return count;
}
