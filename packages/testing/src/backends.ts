import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@restok/ops/gradients';

/** Backends that every numeric test runs on in Node. */
export const testBackends = ['cpu', 'wasm', 'restok-node'] as const;

export type TestBackend = (typeof testBackends)[number];

/** Makes a backend current. The native one is registered by its own package on first use. */
export async function useTestBackend(name: TestBackend): Promise<void> {
  if (name === 'restok-node') {
    const { useNodeBackend } = await import('@restok/backend-node');
    await useNodeBackend();
  } else {
    await tf.setBackend(name);
    await tf.ready();
  }
}

/** How many more tensors exist after a function has run than before. */
export async function tensorsLeftBy(run: () => unknown): Promise<number> {
  const before = tf.memory().numTensors;
  await run();
  return tf.memory().numTensors - before;
}
