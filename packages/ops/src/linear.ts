import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, matMul, reshape, sum, tidy, transpose } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { checkChannels } from './check-channels';
import type { GradientPart } from './gradient-part';
import { partsOf } from './gradient-part';
import { differentiableByInput, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * y = x Wᵀ + b over the last axis.
 *
 * @param x `[..., I]` float32.
 * @param weight `[O, I]`, the layout of published files.
 * @param bias `[O]`, optional.
 * @returns `[..., O]`, owned by the caller.
 * @throws ShapeError when the last axis of x is not I or the bias is not [O].
 */
export function linear<X extends Tensor>(x: X, weight: Tensor2D, bias?: Tensor1D): X {
  if (x.shape.at(-1) !== weight.shape[1]) {
    throw new ShapeError(
      `linear: x must end in ${weight.shape[1]} channels, got [${x.shape.join(', ')}]. Pass features of the layer's input width.`,
    );
  }
  checkChannels('linear', weight.shape[0], { bias });
  const inputs: Tensor[] = bias === undefined ? [x, weight] : [x, weight, bias];
  return differentiableByInput(
    inputs,
    () =>
      runKernel(kernelNames.linear, { x, weight, bias }, {}, () => [
        linearReference(x, weight, bias),
      ])[0] as X,
    (gradient, [savedX, savedWeight]) =>
      partsOf(bias !== undefined).map(
        (of) => () => linearPartGrad(gradient, savedX!, savedWeight as Tensor2D, of),
      ),
  );
}

/** The plain composition; the weight is transposed first because tfjs-wasm is slow on transposed operands. */
export function linearReference(x: Tensor, weight: Tensor2D, bias?: Tensor1D): Tensor {
  const product = matMul(asMatrix(x), transpose(weight)); // [M, O]
  const shifted = bias === undefined ? product : add(product, bias);
  return reshape(shifted, [...x.shape.slice(0, -1), weight.shape[0]]);
}

/**
 * Gradients of {@link linear}: dx = g W, dW = gᵀ x, db = Σ g.
 *
 * @returns [dx, dW] or, with `hasBias`, [dx, dW, db].
 */
export function linearGrad(
  gradient: Tensor,
  x: Tensor,
  weight: Tensor2D,
  { hasBias }: { readonly hasBias: boolean },
): Tensor[] {
  return partsOf(hasBias).map((of) => linearPartGrad(gradient, x, weight, of));
}

/** One of the gradients of {@link linearGrad}. */
function linearPartGrad(gradient: Tensor, x: Tensor, weight: Tensor2D, of: GradientPart): Tensor {
  return runKernel(kernelNames.linearGrad, { gradient, x, weight }, { of }, () => [
    linearPartReference(gradient, x, weight, of),
  ])[0]!;
}

export function linearGradReference(
  gradient: Tensor,
  x: Tensor,
  weight: Tensor2D,
  hasBias: boolean,
): Tensor[] {
  return tidy(() => partsOf(hasBias).map((of) => linearPartReference(gradient, x, weight, of)));
}

function linearPartReference(gradient: Tensor, x: Tensor, weight: Tensor2D, of: GradientPart): Tensor {
  const rows = asMatrix(gradient); // [M, O]
  switch (of) {
    case 'input':
      return reshape(matMul(rows, weight), x.shape);
    case 'weight':
      return matMul(transpose(rows), asMatrix(x)); // [O, I]
    case 'bias':
      return sum(rows, 0);
  }
}

function asMatrix(x: Tensor): Tensor2D {
  return reshape(x, [-1, x.shape.at(-1)!]);
}
