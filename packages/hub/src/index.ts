export { openModel } from './open-model';
export type { OpenedModel, OpenModelOptions } from './open-model';
export { openSource } from './open-source';
export type { ModelSource, SourceOptions } from './model-source';
export { UrlSource } from './url-source';
export { openSafetensors, openShardedSafetensors } from './safetensors-reader';
export { encodeSafetensors, safetensorsPieces } from './safetensors-writer';
export type { StoredDtype, TensorToWrite, WriteSafetensorsOptions } from './safetensors-writer';
export { narrowToFloat16, widenBfloat16, widenFloat16 } from './half-precision';
