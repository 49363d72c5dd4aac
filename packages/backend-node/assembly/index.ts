export { sgemm } from './gemm';
export { layerNorm, layerNormGrad } from './layer-norm';
export { rmsNorm, rmsNormGrad } from './rms-norm';
export { swiGlu, swiGluGrad } from './swi-glu';
export { rotateHeads } from './rotate-heads';
export { dropout } from './dropout';
export { crossEntropyGrad, softmaxStatistics } from './cross-entropy';
export { gelu, geluGrad } from './gelu';
export { groupNorm } from './group-norm';
export { groupNormGrad } from './group-norm-grad';
export { normalizeAndRotate, normalizeAndRotateGrad } from './normalize-and-rotate';
export { softmaxRows, softmaxRowsGrad } from './softmax';
export {
  adamW,
  columnSums,
  fillRows,
  movingAverage,
  scaledResidual,
  scaledResidualGrad,
  squaredNorm,
} from './elementwise';
export { mirrorFilter, sumSquares2x, unfold, upsample2x } from './pictures';
export { gatherRows, gatherRowsGrad, mixTokens, nearestCode } from './tokens';
