export { traceToOnnx } from './trace-to-onnx';
export type { SymbolicInput, SymbolicTensors, TraceToOnnxOptions } from './trace-to-onnx';
export { boundParameters, namedTensors } from './trace/bound-parameter';
export type { BoundParameter } from './trace/bound-parameter';
export { encodeOnnx, saveOnnx } from './save-onnx';
export type { OnnxMetadata } from './save-onnx';
export { OPSET } from './format/encode-model';
export type {
  AttributeValue,
  Initializer,
  OnnxGraph,
  OnnxNode,
  OnnxPort,
  OnnxType,
  Side,
  StoredValues,
  WeightType,
} from './format/onnx-graph';
export { exportTokenizer, traceTokenizer } from './export/export-tokenizer';
export { exportGenerator, traceGenerator } from './export/export-generator';
export type { ExportOptions } from './export/model-metadata';
export { OnnxTokenizer } from './run/onnx-tokenizer';
export type { EncodedPictures, OnnxDecodeOptions } from './run/onnx-tokenizer';
export { OnnxGenerator } from './run/onnx-generator';
export type { OnnxRunOptions, ReadFile } from './run/onnx-session';
