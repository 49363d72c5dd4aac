import type { DataType } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { OnnxType, StoredValues } from '../format/onnx-graph';

/** ONNX's type for one of TensorFlow.js. */
export function onnxTypeOf(dtype: DataType): 'float32' | 'int32' | 'bool' {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') {
    return dtype;
  }
  throw new ConfigError(
    `traceToOnnx: tensors must be float32, int32 or bool, got ${dtype}. Cast them, or keep them out of the function.`,
  );
}

/** Values as ONNX stores them under a type: one byte each for truth values. */
export function storedValues(values: ArrayLike<number>, type: OnnxType): StoredValues {
  if (type === 'float32') {
    return Float32Array.from(values);
  }
  return type === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
