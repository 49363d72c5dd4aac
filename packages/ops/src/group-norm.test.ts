import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  KERNEL_TOLERANCE,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupNormOptions } from './group-norm';
import { groupNorm } from './group-norm';

const HALF = { groups: 2, epsilon: 0.5, activation: 'none' } as const;

const normalizeBy =
  (options: GroupNormOptions) =>
  ([x, gain, shift]: Tensor[]): Tensor =>
    groupNorm(x as Tensor4D, gain as Tensor1D, shift as Tensor1D, options);

/** Two pixels of four channels. Group 0: mean 3, variance 3.5; group 1: mean 6, variance 0.5. */
const pixels = (): Tensor4D => tensor4d([1, 2, 7, 5, 3, 6, 6, 6], [1, 1, 2, 4]);
const gain = (): Tensor1D => tensor1d([1, 2, 1, 3]);
const shift = (): Tensor1D => tensor1d([0, 1, 0, 10]);
/** With an epsilon of 0.5 the roots are 2 and 1: (-1, -0.5 | 1, -1) and (0, 1.5 | 0, 0), then gain and shift. */
const NORMALIZED = [-1, 0, 1, 7, 0, 4, 0, 10];

describe.each(testBackends)('groupNorm on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('normalises neighbouring channels together, over all pixels', () => {
    tidy(() => expectClose(groupNorm(pixels(), gain(), shift(), HALF), NORMALIZED, KERNEL_TOLERANCE));
  });

  it('multiplies by the sigmoid for SiLU', () => {
    tidy(() => {
      const y = groupNorm(pixels(), gain(), shift(), { ...HALF, activation: 'silu' });
      const expected = NORMALIZED.map((value) => value / (1 + Math.exp(-value)));
      expectClose(y, expected, KERNEL_TOLERANCE);
    });
  });

  it('normalises each picture by itself', () => {
    tidy(() => {
      const first = [...pixels().dataSync()];
      const batch = tensor4d([...first, ...first.map((value) => value + 100)], [2, 1, 2, 4]);
      const y = groupNorm(batch, gain(), shift(), HALF);
      expectClose(y, [...NORMALIZED, ...NORMALIZED], KERNEL_TOLERANCE);
    });
  });

  // Fast kernels take four channels at a time; six of them run the reference.
  it.each([
    ['none', 6],
    ['silu', 6],
    ['none', 8],
    ['silu', 8],
  ] as const)(
    'has the gradients of numerical differentiation with %s for %d channels',
    (activation, channels) => {
      tidy(() => {
        const x = seededTensor(1, 2, 1, 3, channels);
        const inputs = [x, seededTensor(2, channels), seededTensor(3, channels)];
        expectGradients(normalizeBy({ groups: 2, epsilon: 1e-6, activation }), inputs);
      });
    },
  );

  it('throws ShapeError when the groups do not divide the channels', () => {
    tidy(() => {
      const withGroups = (groups: number) => () => groupNorm(pixels(), gain(), shift(), { ...HALF, groups });
      expect(withGroups(3)).toThrow(ShapeError);
      expect(withGroups(3)).toThrow('groupNorm: channels must be a multiple of 3, got 4');
      expect(withGroups(8)).toThrow('a multiple of 8, got 4');
      expect(withGroups(0)).toThrow(ShapeError);
      expect(withGroups(-2)).toThrow(ShapeError);
    });
  });

  it('throws ShapeError when gain or shift does not have one value per channel', () => {
    tidy(() => {
      const two = tensor1d([1, 1]);
      expect(() => groupNorm(pixels(), two, shift(), HALF)).toThrow('groupNorm: gain must be [4], got [2]');
      expect(() => groupNorm(pixels(), gain(), two, HALF)).toThrow('groupNorm: shift must be [4], got [2]');
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [pixels(), gain(), shift()];
    const compute = normalizeBy({ ...HALF, activation: 'silu' });
    expect(await tensorsLeftBy(() => runWithGradients(compute, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
