import type { BackendValues, DataId, DataType } from '@tensorflow/tfjs-core';
import { KernelBackend } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { ConstantValue, Trace } from './trace';

/** Name of the backend whose tensors are symbols. */
export const TRACING_BACKEND = 'restok-onnx';

/**
 * Constants outlive a trace: a model may keep a table that was made in it, and another backend fetches its values
 * from here when it needs them.
 */
const constants = new WeakMap<DataId, ConstantValue>();

/** A backend that computes nothing: kernels add operators to a graph. */
export class TracingBackend extends KernelBackend {
  readonly trace: Trace;

  constructor(makeTrace: (constants: WeakMap<DataId, ConstantValue>) => Trace) {
    super();
    this.trace = makeTrace(constants);
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    constants.set(dataId, { values: numbersOf(values, shape, dtype), shape, dtype });
    return dataId;
  }

  override readSync(dataId: DataId): BackendValues {
    const constant = constants.get(dataId);
    return constant === undefined ? this.trace.read(dataId) : constant.values;
  }

  override read(dataId: DataId): Promise<BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {
    // Names in a graph need no counting.
  }

  override refCount(): number {
    return 1;
  }

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    // Holds nothing.
  }
}

function numbersOf(
  values: BackendValues | null,
  shape: readonly number[],
  dtype: DataType,
): ConstantValue['values'] {
  if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array) {
    return values;
  }
  if (Array.isArray(values)) {
    throw new ConfigError(
      `traceToOnnx: tensors must be float32, int32 or bool, got ${dtype} [${shape.join(', ')}]. Keep text out of the function.`,
    );
  }
  return values === null
    ? new Float32Array(shape.reduce((product, side) => product * side, 1))
    : Float32Array.from(values);
}
