import { engine } from '@tensorflow/tfjs-core';

/**
 * Runs a function that waits for values, and disposes every tensor that it made and did not keep. Nothing else may
 * compute meanwhile.
 */
export async function inScope(run: () => Promise<void>): Promise<void> {
  engine().startScope();
  try {
    await run();
  } finally {
    engine().endScope();
  }
}
