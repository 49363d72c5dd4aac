import type { DataType, Rank, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, getKernel, registerBackend, registerKernel } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { emitters } from './emitters';
import { KernelCall } from './emitters/kernel-call';
import type { OnnxGraph, OnnxPort, Side, WeightType } from './format/onnx-graph';
import type { BoundParameter } from './trace/bound-parameter';
import { onnxTypeOf } from './trace/onnx-values';
import { sameWithAll } from './trace/same-with-all';
import type { TraceOptions } from './trace/trace';
import { Trace } from './trace/trace';
import { TRACING_BACKEND, TracingBackend } from './trace/tracing-backend';
import { usedPart } from './trace/used-part';
import { namingKernel } from './unsupported-kernel';

/** An input of a graph: sides that are names are known only when the graph runs. */
export interface SymbolicInput {
  readonly shape: readonly Side[];
  /** float32 when left out. */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

export interface TraceToOnnxOptions {
  /** Name of the graph. */
  readonly name?: string;
  /** Tensors to store under names; everything else that the function uses gets a name of the graph's own. */
  readonly parameters?: readonly BoundParameter[];
  /**
   * float16 halves the parameters in the file, int8 quarters them (rows of matrices, one scale each); the graph widens
   * them and computes in single precision. float32 when left out.
   */
  readonly weightType?: WeightType;
  /** Lets the function read int32 tensors, as zeros: for functions that check ranges. */
  readonly integersReadAsZero?: boolean;
  /** Further names of sizes that the function may ask {@link SymbolicTensors.size} for. */
  readonly sizes?: readonly string[];
}

/** What a traced function gets. */
export interface SymbolicTensors {
  /** An input as a tensor of its rank. */
  input<R extends Rank>(name: string): Tensor<R>;
  /** The number that stands for a named size. */
  size(name: string): number;
}

/**
 * Runs a function of TensorFlow.js on symbolic tensors, which makes an ONNX graph of it. Nothing is computed. It runs
 * twice, with different numbers in place of the open sizes, and both graphs must be equal: a size that the function
 * uses as a number would stay in the graph otherwise.
 *
 * Weights that the function uses are read when the graph is written, so keep them until then. Whether tensors are
 * compared in an `if` or read in a loop is decided now and not when the graph runs; sizes in `shape` that are names
 * stay open.
 *
 * @param run gives the outputs by name; its inputs are symbols.
 * @param inputs the graph's inputs by name.
 * @returns the graph; write it with `saveOnnx` or `encodeOnnx`.
 * @throws ConfigError naming the kernel and its caller where an operation has no counterpart in ONNX, saying which
 *   value the function wanted to read, or which operator keeps a size as a number.
 * @source engineering choice: no maintained converter from TensorFlow.js to ONNX exists.
 */
export function traceToOnnx(
  run: (symbols: SymbolicTensors) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, SymbolicInput>>,
  options: TraceToOnnxOptions = {},
): OnnxGraph {
  registerEmitters();
  const sides = Object.values(inputs).flatMap(({ shape }) => shape);
  const names = [...sides.filter((side) => typeof side === 'string'), ...(options.sizes ?? [])];
  const fixed = [
    ...sides.filter((side) => typeof side === 'number'),
    ...(options.parameters ?? []).flatMap(({ tensor }) => tensor.shape),
  ];
  const stored: TraceOptions['stored'] = new WeakMap();
  return sameWithAll(names, fixed, (sizes) => traceOnce(run, inputs, options, { sizes, stored }));
}

function traceOnce(
  run: Parameters<typeof traceToOnnx>[0],
  inputs: Readonly<Record<string, SymbolicInput>>,
  options: TraceToOnnxOptions,
  { sizes, stored }: Pick<TraceOptions, 'sizes' | 'stored'>,
): OnnxGraph {
  const backend = new TracingBackend(
    (constants) =>
      new Trace(
        {
          sizes,
          stored,
          parameters: options.parameters ?? [],
          weightType: options.weightType ?? 'float32',
          integersReadAsZero: options.integersReadAsZero ?? false,
        },
        constants,
      ),
  );
  const { trace } = backend;
  return withBackend(backend, () => {
    engine().startScope();
    try {
      const given = new Map(
        Object.entries(inputs).map(([name, input]) => [name, symbolicInput(trace, backend, name, input)]),
      );
      const outputs = namingKernel(() =>
        run({
          input: <R extends Rank>(name: string) => given.get(name) as Tensor<R>,
          size: (name) => sizes.numberOf(name),
        }),
      );
      return finished(trace, inputs, outputs, options);
    } finally {
      engine().endScope();
    }
  });
}

/** Runs with a backend and gives the one before it back. */
function withBackend<Result>(backend: TracingBackend, run: () => Result): Result {
  const before = engine().backendName;
  if (before === TRACING_BACKEND) {
    throw new ConfigError(
      'traceToOnnx: it must not be called by a function that is traced. Trace one after the other.',
    );
  }
  registerBackend(TRACING_BACKEND, () => backend, -1);
  try {
    // Backends whose factory gives no promise are current at once.
    void engine().setBackend(TRACING_BACKEND);
    return run();
  } finally {
    if (before != null) {
      void engine().setBackend(before);
    }
    engine().removeBackend(TRACING_BACKEND);
  }
}

function symbolicInput(trace: Trace, backend: TracingBackend, name: string, input: SymbolicInput): Tensor {
  const shape = input.shape.map((side) => trace.sizes.numberOf(side));
  const dtype: DataType = input.dtype ?? 'float32';
  const { dataId } = trace.output(name, shape, dtype);
  input.shape.forEach((side, axis) => {
    if (typeof side === 'string') {
      trace.sizeTensors.define(side, () => trace.graph.node('Shape', [name], { start: axis, end: axis + 1 }));
    }
  });
  return engine().makeTensorFromDataId(dataId, shape, dtype, backend);
}

function finished(
  trace: Trace,
  inputs: Readonly<Record<string, SymbolicInput>>,
  outputs: Readonly<Record<string, Tensor>>,
  options: TraceToOnnxOptions,
): OnnxGraph {
  const ports = Object.entries(outputs).map(([name, tensor]): OnnxPort => {
    trace.graph.nodeNamed(name, 'Identity', [trace.name(tensor)]);
    return {
      name,
      type: onnxTypeOf(tensor.dtype),
      shape: tensor.shape.map((side) => trace.sizes.sideOf(side)),
    };
  });
  return {
    name: options.name ?? 'traced',
    ...usedPart(trace.graph, ports),
    inputs: Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => ({
      name,
      type: onnxTypeOf(dtype),
      shape,
    })),
    outputs: ports,
  };
}

/** Registers every emitter as a kernel of the tracing backend, once. */
function registerEmitters(): void {
  for (const [kernelName, emit] of Object.entries(emitters)) {
    if (getKernel(kernelName, TRACING_BACKEND) == null) {
      registerKernel({
        kernelName,
        backendName: TRACING_BACKEND,
        kernelFunc: ({ inputs, backend, attrs }): TensorInfo | TensorInfo[] =>
          emit(new KernelCall((backend as TracingBackend).trace, inputs, attrs ?? {})),
      });
    }
  }
}
