export { OnnxTokenizer } from './run/onnx-tokenizer';
export type { EncodedPictures, OnnxDecodeOptions } from './run/onnx-tokenizer';
export { OnnxGenerator } from './run/onnx-generator';
export type { OnnxRunOptions, ReadFile } from './run/onnx-session';
export { generatorFiles, tokenizerFiles } from './format/model-files';
export { MANIFEST } from './export/model-metadata';
