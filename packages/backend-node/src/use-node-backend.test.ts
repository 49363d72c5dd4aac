import * as tf from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { afterEach, describe, expect, it } from 'vitest';
import { useNodeBackend } from './use-node-backend';

describe('useNodeBackend', () => {
  afterEach(() => {
    delete process.env.RESTOK_BLAS_LIBRARY;
  });

  it('makes itself the current backend and says what it chose and why', async () => {
    const info = await useNodeBackend({ gemm: 'wasm', threads: 4 });
    expect(tf.getBackend()).toBe('restok-node');
    expect(info).toEqual({
      backend: 'restok-node',
      gemm: 'wasm',
      library: 'WebAssembly SIMD kernel',
      threads: 1, // this provider has no more
      reason: 'WebAssembly was asked for.',
    });
  });

  it('sets the number of threads', async () => {
    const info = await useNodeBackend({ gemm: 'ort', threads: 1 });
    expect(info.threads).toBe(1);
  });

  it('refuses a number of threads that is no positive integer', async () => {
    await expect(useNodeBackend({ threads: 0 })).rejects.toThrow(/threads must be a positive integer, got 0/);
  });

  it('names the library that cannot be loaded when BLAS is asked for', async () => {
    process.env.RESTOK_BLAS_LIBRARY = 'libnowhere.so';
    await expect(useNodeBackend({ gemm: 'blas' })).rejects.toThrow(BackendUnavailableError);
    await expect(useNodeBackend({ gemm: 'blas' })).rejects.toThrow(/tried libnowhere\.so/);
  });

  it('falls back to ONNX Runtime without a BLAS, and says so', async () => {
    process.env.RESTOK_BLAS_LIBRARY = 'libnowhere.so';
    const info = await useNodeBackend();
    expect(info.gemm).toBe('ort');
    expect(info.reason).toMatch(/^ONNX Runtime, since: .*libnowhere\.so/);
  });

  it('keeps tensors valid when it is called again', async () => {
    await useNodeBackend({ gemm: 'wasm' });
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    await useNodeBackend({ gemm: 'auto' });
    const y = tf.matMul(x, x);
    expect([...y.dataSync()]).toEqual([7, 10, 15, 22]);
    tf.dispose([x, y]);
  });
});
