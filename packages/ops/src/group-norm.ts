import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, mean, mul, reshape, rsqrt, sigmoid, square, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { checkChannels } from './check-channels';
import { differentiable, runKernel } from './kernel';
import { kernelForWidth, kernelNames } from './kernel-names';

export interface GroupNormOptions {
  /** Channels are split in this many neighbouring groups, each normalised over its pixels and channels. */
  readonly groups: number;
  readonly epsilon: number;
  /** 'silu' multiplies the result by its own sigmoid. */
  readonly activation: 'none' | 'silu';
}

/**
 * Group normalisation, then optionally SiLU.
 *
 * @param x `[B, H, W, C]` float32.
 * @param gain `[C]`.
 * @param shift `[C]`.
 * @returns same shape as x, owned by the caller.
 * @throws ShapeError when C is not a multiple of the number of groups, or gain or shift is not [C].
 * @source Wu and He, arXiv 1803.08494; method.md, section 2.
 */
export function groupNorm(x: Tensor4D, gain: Tensor1D, shift: Tensor1D, options: GroupNormOptions): Tensor4D {
  if (x.shape[3] % options.groups !== 0 || options.groups < 1) {
    throw new ShapeError(
      `groupNorm: channels must be a multiple of ${options.groups}, got ${x.shape[3]}. Change the number of groups or channels.`,
    );
  }
  checkChannels('groupNorm', x.shape[3], { gain, shift });
  return differentiable(
    [x, gain, shift],
    () =>
      runKernel(kernelForWidth(kernelNames.groupNorm, x.shape[3]), { x, gain, shift }, options, () => [
        groupNormReference(x, gain, shift, options),
      ])[0] as Tensor4D,
    (gradient, [savedX, savedGain, savedShift]) =>
      groupNormGrad(gradient, savedX as Tensor4D, savedGain as Tensor1D, savedShift as Tensor1D, options),
  );
}

export function groupNormReference(
  x: Tensor4D,
  gain: Tensor1D,
  shift: Tensor1D,
  options: GroupNormOptions,
): Tensor4D {
  const { normalized } = normalizeGroups(x, options);
  const affine = add(mul(normalized, gain), shift) as Tensor4D;
  return options.activation === 'silu' ? mul(affine, sigmoid(affine)) : affine;
}

/** Gradients of {@link groupNorm}: [dx, dGain, dShift]. */
export function groupNormGrad(
  gradient: Tensor4D,
  x: Tensor4D,
  gain: Tensor1D,
  shift: Tensor1D,
  options: GroupNormOptions,
): Tensor[] {
  const name = kernelForWidth(kernelNames.groupNormGrad, x.shape[3]);
  return runKernel(name, { gradient, x, gain, shift }, options, () =>
    groupNormGradReference(gradient, x, gain, shift, options),
  );
}

export function groupNormGradReference(
  gradient: Tensor4D,
  x: Tensor4D,
  gain: Tensor1D,
  shift: Tensor1D,
  options: GroupNormOptions,
): Tensor[] {
  return tidy(() => {
    const { normalized, inverseDeviation } = normalizeGroups(x, options);
    const dAffine =
      options.activation === 'silu' ? siluGrad(gradient, add(mul(normalized, gain), shift)) : gradient;
    const dGain = sum(mul(dAffine, normalized), [0, 1, 2]);
    const dShift = sum(dAffine, [0, 1, 2]);

    const grouped = groupShape(x, options.groups);
    const dNormalized = reshape(mul(dAffine, gain), grouped);
    const normalizedGroups = reshape(normalized, grouped);
    const centred = sub(dNormalized, mean(dNormalized, [1, 3], true));
    const projection = mul(normalizedGroups, mean(mul(dNormalized, normalizedGroups), [1, 3], true));
    const dx = reshape(mul(sub(centred, projection), inverseDeviation), x.shape);
    return [dx, dGain, dShift];
  });
}

/** g · (σ(x) + x σ(x) (1 - σ(x))). */
function siluGrad(gradient: Tensor, x: Tensor): Tensor {
  const gate = sigmoid(x);
  return mul(gradient, mul(gate, add(1, mul(x, sub(1, gate)))));
}

function normalizeGroups(
  x: Tensor4D,
  options: GroupNormOptions,
): { normalized: Tensor; inverseDeviation: Tensor } {
  const grouped = reshape(x, groupShape(x, options.groups)); // [B, HW, G, C/G]
  const centred = sub(grouped, mean(grouped, [1, 3], true));
  const inverseDeviation = rsqrt(add(mean(square(centred), [1, 3], true), options.epsilon)); // [B, 1, G, 1]
  return { normalized: reshape(mul(centred, inverseDeviation), x.shape), inverseDeviation };
}

function groupShape(x: Tensor4D, groups: number): [number, number, number, number] {
  const [batch, height, width, channels] = x.shape;
  return [batch, height * width, groups, channels / groups];
}
