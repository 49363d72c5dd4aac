import type { Tensor3D } from '@tensorflow/tfjs-core';
import { matMul, reshape, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';
import type { TokenMap } from './token-map';
import { denseTokenMap, transposeTokenMap } from './token-map';

/**
 * Each output token is a weighted sum of input tokens, the same for every sample and channel. Area pooling,
 * nearest upsampling and picking every second token are maps of this kind.
 *
 * @param x `[B, P, D]` float32.
 * @param map which inputs make each output; P = map.numInputs.
 * @returns `[B, map.numOutputs, D]`, owned by the caller.
 * @throws ShapeError when P is not map.numInputs.
 */
export function mixTokens(x: Tensor3D, map: TokenMap): Tensor3D {
  if (x.shape[1] !== map.numInputs) {
    throw new ShapeError(
      `mixTokens: x must hold ${map.numInputs} tokens, got [${x.shape.join(', ')}]. Build the map for this grid.`,
    );
  }
  return differentiable(
    [x],
    () => applyMap(x, map),
    (gradient) => [applyMap(gradient, transposeTokenMap(map))],
  );
}

function applyMap(x: Tensor3D, map: TokenMap): Tensor3D {
  return runKernel(kernelNames.mixTokens, { x }, { map }, () => [mixTokensReference(x, map)])[0] as Tensor3D;
}

export function mixTokensReference(x: Tensor3D, map: TokenMap): Tensor3D {
  return tidy(() => {
    const [batch, tokens, width] = x.shape;
    const matrix = tensor2d(denseTokenMap(map), [map.numOutputs, map.numInputs]);
    const tokensFirst = reshape(transpose(x, [1, 0, 2]), [tokens, batch * width]);
    const mixed = reshape(matMul(matrix, tokensFirst), [map.numOutputs, batch, width]);
    return transpose(mixed, [1, 0, 2]) as Tensor3D;
  });
}
