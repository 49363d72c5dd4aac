import type { Tensor } from '@tensorflow/tfjs-core';
import { add, sub, zerosLike } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable } from './kernel';

/** The same values, through which no gradient flows. tfjs has no such operation of its own. */
export function stopGradient<X extends Tensor>(x: X): X {
  return differentiable(
    [x],
    () => x.clone(),
    (gradient) => [zerosLike(gradient)],
  );
}

/**
 * x + (replacement - x): the replacement's values with the gradient of x.
 *
 * @param x receives the gradient unchanged.
 * @param replacement same shape; receives none.
 * @throws ShapeError when the shapes differ.
 * @source van den Oord et al., arXiv 1711.00937 (straight-through estimator); method.md, section 5.
 */
export function straightThrough<X extends Tensor>(x: X, replacement: X): X {
  if (x.shape.join() !== replacement.shape.join()) {
    throw new ShapeError(
      `straightThrough: replacement must be [${x.shape.join(', ')}], got [${replacement.shape.join(', ')}]. Pass one value for each of x.`,
    );
  }
  return differentiable(
    [x],
    () => add(x, sub(replacement, x)) as X,
    (gradient) => [gradient.clone()],
  );
}
