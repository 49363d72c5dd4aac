import * as tf from '@tensorflow/tfjs-core';
import { tensorsLeftBy } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import type { Heap } from './heap';
import { asWasmBackend, sizeOf } from './heap';
import { nativeContext, useNodeBackend } from './use-node-backend';

/** A quarter of the 4 GiB that WebAssembly can address; pages that are never written cost no memory. */
const GIBIBYTE_OF_FLOATS = 2 ** 28;

async function currentHeap(): Promise<Heap> {
  await useNodeBackend({ gemm: 'wasm' });
  return nativeContext()!.heap;
}

describe('Heap', () => {
  it('gives tensors whose values lie at their address', async () => {
    const heap = await currentHeap();
    const x = tf.tensor1d([1, 2, 3]);
    expect([...heap.floats(heap.address(x), 3)]).toEqual([1, 2, 3]);
    x.dispose();
  });

  it('keeps scratch memory under its name until more is asked for', async () => {
    const heap = await currentHeap();
    const first = heap.scratch('test', 100);
    expect(heap.scratch('test', 50)).toBe(first);
    heap.floats(first, 1)[0] = 7;
    const grown = heap.scratch('test', 2 ** 20);
    expect(heap.scratch('test', 2 ** 20)).toBe(grown);
  });

  it('throws when the 4 GiB are used up, and goes on after something is freed', async () => {
    const heap = await currentHeap();
    const made: tf.TensorInfo[] = [];
    const fill = (): void => {
      for (let i = 0; i < 4; i++) {
        made.push(heap.allocate([GIBIBYTE_OF_FLOATS]));
      }
    };
    expect(fill).toThrow(/no room for 1024\.0 MiB in the 4 GiB of WebAssembly memory\. Use a smaller batch/);
    made.forEach((tensor) => heap.release(tensor));

    const left = await tensorsLeftBy(() => {
      const y = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
      expect([...y.dataSync()]).toEqual([2, 3]);
      y.dispose();
    });
    expect(left).toBe(0);
  });
});

describe('asWasmBackend', () => {
  it('refuses another backend', async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    expect(() => asWasmBackend(tf.backend() as tf.KernelBackend)).toThrow(/must be tfjs-wasm/);
  });
});

describe('sizeOf', () => {
  it('multiplies the sides; a scalar has one value', () => {
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([3, 0])).toBe(0);
  });
});
