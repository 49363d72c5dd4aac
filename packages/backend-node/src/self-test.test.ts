import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { kernelCases } from './kernel-cases';
import { selfTest } from './self-test';
import { useNodeBackend } from './use-node-backend';

describe.each(['auto', 'blas', 'ort', 'wasm'] as const)('selfTest with %s products', (gemm) => {
  it('finds every kernel equal to its reference', async () => {
    const info = await useNodeBackend({ gemm, threads: 2 });
    if (gemm !== 'auto') {
      expect(info.gemm).toBe(gemm);
    }
    const wrong = (await selfTest('cpu')).filter(({ ok }) => !ok);
    expect(wrong).toEqual([]);
  });

  it('leaves no tensors behind', async () => {
    await useNodeBackend({ gemm });
    const before = tf.memory().numTensors;
    for (const { run } of kernelCases) {
      run().forEach((output) => output.dispose());
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
