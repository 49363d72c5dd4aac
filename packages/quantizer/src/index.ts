export { VectorQuantizer } from './vector-quantizer';
export type { VectorQuantizerOptions } from './vector-quantizer';
export { FiniteScalarQuantizer } from './finite-scalar-quantizer';
export { quantizers } from './quantizers';
export type { QuantizerBuilder, QuantizerName } from './quantizers';
export type { Quantization, Quantizer, QuantizerOptions } from './quantizer';
export { entropyTerm } from './entropy-term';
export { clusteringUpdate } from './clustering-update';
