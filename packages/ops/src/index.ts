export { differentiable, differentiableByInput, runKernel } from './kernel';
export type { GradientPart } from './gradient-part';
export type { KernelInputs } from './kernel';
export { kernelNames } from './kernel-names';
export type { KernelName } from './kernel-names';
export { linear, linearGrad, linearGradReference, linearReference } from './linear';
export { layerNorm, layerNormGrad, layerNormGradReference, layerNormReference } from './layer-norm';
export { gelu, geluGrad, geluGradReference, geluReference } from './gelu';
export { groupNorm, groupNormGrad, groupNormGradReference, groupNormReference } from './group-norm';
export type { GroupNormOptions } from './group-norm';
export { conv2d, conv2dGrad, conv2dGradReference, conv2dReference } from './conv2d';
export {
  normalizeAndRotate,
  normalizeAndRotateGradReference,
  normalizeAndRotateReference,
} from './normalize-and-rotate';
export type { NormalizeAndRotateOptions, QueryKeyNorm, RotationTable } from './normalize-and-rotate';
export {
  additiveMask,
  attention,
  attentionGrad,
  attentionGradReference,
  attentionReference,
  attentionWeights,
} from './attention';
export type { AttentionOptions } from './attention';
export {
  scaledResidual,
  scaledResidualGrad,
  scaledResidualGradReference,
  scaledResidualReference,
} from './scaled-residual';
export { rmsNorm, rmsNormGrad, rmsNormGradReference, rmsNormReference } from './rms-norm';
export { swiGlu, swiGluGrad, swiGluGradReference, swiGluReference } from './swi-glu';
export { rotateHeads, rotateHeadsReference } from './rotate-heads';
export type { HeadCounts, RotateHeadsOptions } from './rotate-heads';
export { repeatKeyHeads } from './repeat-key-heads';
export { cachedAttention, cachedAttentionReference } from './cached-attention';
export type { CachedAttentionOptions, KeyValueCache } from './cached-attention';
export {
  crossEntropy,
  crossEntropyGrad,
  crossEntropyGradReference,
  crossEntropyReference,
} from './cross-entropy';
export { dropout, dropoutReference } from './dropout';
export type { DropoutOptions } from './dropout';
export { mixTokens, mixTokensReference } from './mix-tokens';
export {
  areaPoolMap,
  denseTokenMap,
  nearestMap,
  nearestMap1d,
  tokenMap,
  transposeTokenMap,
} from './token-map';
export type { TokenMap, TokenSource } from './token-map';
export {
  averagePool2x,
  averagePool2xGradReference,
  averagePool2xReference,
  upsample2x,
  upsample2xGradReference,
  upsample2xReference,
} from './resample2x';
export {
  gatherRows,
  gatherRowsGradReference,
  nearestCode,
  pickRows,
  squaredDistances,
} from './codebook-lookup';
export { adamW, adamWReference, movingAverage, movingAverageReference, squaredNorm } from './optimizer-steps';
export type { AdamWOptions, AdamWState } from './optimizer-steps';
export { initialValues, initializations, normal, ones, uniform, weight, zeros } from './initializers';
export type { InitializationName, InitializationScheme, Initializer } from './initializers';
export type { ParameterLayout } from './parameter-layout';
export { Parameter } from './parameter';
export { l2Normalize } from './l2-normalize';
export { stopGradient, straightThrough } from './stop-gradient';
export { Module } from './module';
export { requireBackend } from './require-backend';
export { RecomputableModule, recomputed, setRecomputing } from './recomputed';
export { loadParameters } from './load-parameters';
export type { LoadParametersOptions } from './load-parameters';
