import { ConfigError } from '@restok/core';

/** How TensorFlow.js names a kernel that a backend does not have. */
const MISSING = /Kernel '([^']+)' not registered/;

/** Frames of a stack that are the engine, operations or this package, not their caller. */
const INNER_FRAME = /tfjs-core|tf-core|packages\/(ops|onnx)|@restok\/(ops|onnx)|node:internal|<anonymous>/;

/**
 * Runs a function; where it needs a kernel that no emitter exists for, the error names the kernel and the nearest
 * function of the model that asked for it.
 *
 * @throws ConfigError then; whatever else the function throws.
 */
export function namingKernel<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const kernel = error instanceof Error ? MISSING.exec(error.message)?.[1] : undefined;
    if (kernel === undefined) {
      throw error;
    }
    const caller = callerIn((error as Error).stack ?? '');
    throw new ConfigError(
      `traceToOnnx: the kernel ${kernel}${caller === undefined ? '' : `, which ${caller} needs,`} has no counterpart in ONNX yet. Compose the operation of others, or add an emitter.`,
      undefined,
      { kernel, caller },
    );
  }
}

/** The first function in a stack that is neither the engine nor an operation, for instance `Decoder.forward`. */
function callerIn(stack: string): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const frame = /at (?:async )?(?:new )?([\w$.[\] ]+) \((.*)\)/.exec(line);
    if (
      frame !== null &&
      !INNER_FRAME.test(frame[2]!) &&
      !/^(Object|Array|Engine|Module)\./.test(frame[1]!)
    ) {
      return frame[1];
    }
  }
  return undefined;
}
