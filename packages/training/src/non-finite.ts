import type { Tensor } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';

/** Training met NaN or infinity; `tensorName` says where it was seen first. */
export class NonFiniteError extends CheckpointError {
  constructor(
    readonly tensorName: string,
    readonly trainStep: number,
    advice = 'Lower the learning rate and resume from the last checkpoint.',
  ) {
    super(`train: ${tensorName} is not finite at step ${trainStep}. ${advice}`, { tensorName, trainStep });
  }
}

/** The first named tensor that holds NaN or infinity. */
export async function firstNonFinite(
  tensors: Iterable<readonly [string, Tensor]>,
): Promise<string | undefined> {
  for (const [name, tensor] of tensors) {
    if ((await tensor.data()).some((value) => !Number.isFinite(value))) {
      return name;
    }
  }
  return undefined;
}
