import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@restok/ops/gradients';

/** Backends that every numeric test runs on in Node, unless {@link testOnlyOn} was called before. */
export const testBackends: TestBackend[] = ['cpu', 'wasm', 'restok-node'];

/** A name under which a backend is registered in TensorFlow.js. */
export type TestBackend = string;

const ownSetUps = new Map<TestBackend, () => Promise<unknown>>();

/**
 * Lets the suites that are imported afterwards run on one backend, for a package that brings its own.
 *
 * @param setUp makes the backend current; called before each suite.
 */
export function testOnlyOn(name: TestBackend, setUp: () => Promise<unknown>): void {
  ownSetUps.set(name, setUp);
  testBackends.splice(0, testBackends.length, name);
}

/** Makes a backend current. The native one is registered by its own package on first use. */
export async function useTestBackend(name: TestBackend): Promise<void> {
  const setUp = ownSetUps.get(name);
  if (setUp !== undefined) {
    await setUp();
  } else if (name === 'restok-node') {
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

/** The most bytes of tensors at any time while a function runs, beyond those from before it. */
export async function peakBytesOf(run: () => unknown): Promise<number> {
  const before = tf.memory().numBytes;
  const { peakBytes } = await tf.profile(async () => {
    await run();
    return {};
  });
  return peakBytes - before;
}
