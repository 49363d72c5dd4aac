import type { Scalar } from '@tensorflow/tfjs-core';
import { memory, scalar } from '@tensorflow/tfjs-core';
import { testBackends, useTestBackend } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { scalarValues } from './scalar-values';

describe.each(testBackends)('scalarValues on %s', (backend) => {
  it('gives the values in order and consumes the scalars', async () => {
    await useTestBackend(backend);
    const before = memory().numTensors;
    const scalars: Scalar[] = [1, -2, 0.5].map((value) => scalar(value));
    expect(await scalarValues(scalars)).toEqual([1, -2, 0.5]);
    expect(await scalarValues([])).toEqual([]);
    expect(memory().numTensors).toBe(before);
  });
});
