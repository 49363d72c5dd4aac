import { ConfigError } from '@restok/core';

/** How TensorFlow.js names a kernel that a backend does not have. */
const MISSING = /Kernel '([^']+)' not registered/;

/** Frames of a stack that are the engine, operations or this package, not their caller. */
const INNER_FRAME =
  /tfjs-core|tf-core|packages\/(ops|onnx)\/(src|dist)|@restok\/(ops|onnx)\/|node:internal|<anonymous>/;

/** Frames that end a function's own part of the stack: this package called it. */
const TRACER_FRAME = /packages\/onnx\/(src|dist)|@restok\/onnx\//;

/** Frames that V8 keeps meanwhile, instead of 10: the engine alone has more between an operation and a model. */
const STACK_FRAMES = 200;

/** Callers that an error names, from the nearest on. */
const NAMED_CALLERS = 3;

/**
 * Runs a function; where it needs a kernel that no emitter exists for, the error names the kernel and the functions of
 * the model that asked for it, from the nearest on.
 *
 * @throws ConfigError then; whatever else the function throws.
 */
export function namingKernel<Result>(run: () => Result): Result {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  try {
    return run();
  } catch (error) {
    const kernel = error instanceof Error ? MISSING.exec(error.message)?.[1] : undefined;
    if (kernel === undefined) {
      throw error;
    }
    const callers = callersIn((error as Error).stack ?? '');
    const needing = callers.length === 0 ? '' : `, which ${callers.join(' in ')} needs,`;
    throw new ConfigError(
      `traceToOnnx: the kernel ${kernel}${needing} has no counterpart in ONNX yet. Compose the operation of others, or add an emitter.`,
      undefined,
      { kernel, callers },
    );
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** The functions in a stack that are neither the engine nor operations, for instance `Attention.forward`, `Block.forward`. */
function callersIn(stack: string): string[] {
  const callers: string[] = [];
  for (const line of stack.split('\n').slice(1)) {
    const [, name = '', place = ''] = /at (?:async )?(?:new )?([\w$.[\] ]+) \((.*)\)/.exec(line) ?? [];
    if (callers.length === NAMED_CALLERS || (callers.length > 0 && TRACER_FRAME.test(line))) {
      break;
    }
    if (name !== '' && !INNER_FRAME.test(place) && !/^(Object|Array|Engine|Module)\./.test(name)) {
      callers.push(name);
    }
  }
  return callers;
}
