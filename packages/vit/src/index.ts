export {
  decoderPositions,
  diagonalPositions,
  encoderPositions,
  gridPositions,
  RotaryPositions,
  rotationAngles,
} from './rotary-positions';
export type { Position, RotationAngles } from './rotary-positions';
export { visibleKeysOfBlocks } from './hierarchical-mask';
export type { Observer } from './observer';
export { AttentionLayer, LinearLayer } from './attention-layer';
export type { SequenceContext } from './attention-layer';
export { Block, LAYER_NORM_EPSILON, LayerNorm, Mlp } from './block';
export { PatchEmbedding, patchesOf, PointwiseConvolution } from './patch-embedding';
