import type { Tensor4D } from '@tensorflow/tfjs-core';
import { zeros } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { expectClose, seededTensor, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueAndGradients } from '../value-and-gradients';
import { Lpips } from './lpips';

/** A few float32 roundings. */
const ROUNDING = 1e-5;

describe.each(testBackends)('Lpips on %s', (backend) => {
  let lpips: Lpips;

  beforeAll(async () => {
    await useTestBackend(backend);
    lpips = new Lpips([2, 2, 2, 2, 2]);
    lpips.initialize(3, 'variancePreserving');
  });
  afterAll(() => lpips.dispose());

  it('is 0 between a picture and itself, and the same both ways', () => {
    const [a, b] = [1, 2].map((seed) => lpips.features(seededTensor(seed, 1, 16, 16, 3) as Tensor4D)) as [
      Tensor4D[],
      Tensor4D[],
    ];
    expectClose(lpips.distances(a, a), [0], 0);
    const there = lpips.distances(a, b);
    expect(there.dataSync()[0]).toBeGreaterThan(0);
    expectClose(lpips.distances(b, a), there, ROUNDING);
  });

  it('gives unit vectors', () => {
    const [finest] = lpips.features(seededTensor(1, 1, 16, 16, 3) as Tensor4D);
    const [first, second] = finest!.dataSync();
    expect([0, 1].some((length) => Math.abs(Math.hypot(first!, second!) - length) < ROUNDING)).toBe(true);
  });

  it('has a finite gradient where all features are zero', () => {
    const silent = new Lpips([2, 2, 2, 2, 2]);
    silent.initialize(3);
    for (const [name, parameter] of silent.namedParameters()) {
      if (name.startsWith('net')) {
        parameter.load(new Float32Array(parameter.size));
      }
    }
    const pixels = seededTensor(1, 1, 16, 16, 3) as Tensor4D;
    const other = silent.features(zeros([1, 16, 16, 3]));
    const { gradients } = valueAndGradients(
      () => silent.meanDistance(silent.features(pixels), other),
      [pixels],
    );
    expectClose(gradients[0]!, new Float32Array(16 * 16 * 3), 0);
    silent.dispose();
  });

  it('throws ShapeError for pictures that leave nothing after four halvings', () => {
    expect(() => lpips.features(seededTensor(1, 1, 15, 16, 3) as Tensor4D)).toThrow(ShapeError);
  });

  it('leaves only what it returns', async () => {
    const pixels = seededTensor(1, 1, 16, 16, 3) as Tensor4D;
    expect(await tensorsLeftBy(() => lpips.features(pixels).forEach((map) => map.dispose()))).toBe(0);
  });
});
