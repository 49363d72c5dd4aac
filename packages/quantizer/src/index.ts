export { VectorQuantizer } from './vector-quantizer';
export type { Quantization, VectorQuantizerOptions } from './vector-quantizer';
export { entropyTerm } from './entropy-term';
export { clusteringUpdate } from './clustering-update';
