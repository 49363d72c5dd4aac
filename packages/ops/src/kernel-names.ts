/**
 * Names under which a backend may register a faster kernel. Inputs, attributes and outputs are those of
 * the function of the same name in this package; a name that ends in Grad is its gradient. linearGrad and conv2dGrad are
 * asked for one gradient at a time, by the attribute `of`, a GradientPart. Shapes have been checked when a kernel is
 * called. Kernels of groupNorm are asked for channels, and those of normalizeAndRotate
 * for head widths, that are multiples of four; all others for any size.
 */
export const kernelNames = {
  linear: 'RestokLinear',
  linearGrad: 'RestokLinearGrad',
  layerNorm: 'RestokLayerNorm',
  layerNormGrad: 'RestokLayerNormGrad',
  gelu: 'RestokGelu',
  geluGrad: 'RestokGeluGrad',
  groupNorm: 'RestokGroupNorm',
  groupNormGrad: 'RestokGroupNormGrad',
  conv2d: 'RestokConv2d',
  conv2dGrad: 'RestokConv2dGrad',
  normalizeAndRotate: 'RestokNormalizeAndRotate',
  normalizeAndRotateGrad: 'RestokNormalizeAndRotateGrad',
  attention: 'RestokAttention',
  attentionGrad: 'RestokAttentionGrad',
  scaledResidual: 'RestokScaledResidual',
  scaledResidualGrad: 'RestokScaledResidualGrad',
  mixTokens: 'RestokMixTokens',
  upsample2x: 'RestokUpsample2x',
  upsample2xGrad: 'RestokUpsample2xGrad',
  averagePool2x: 'RestokAveragePool2x',
  averagePool2xGrad: 'RestokAveragePool2xGrad',
  nearestCode: 'RestokNearestCode',
  gatherRows: 'RestokGatherRows',
  gatherRowsGrad: 'RestokGatherRowsGrad',
  rmsNorm: 'RestokRmsNorm',
  rmsNormGrad: 'RestokRmsNormGrad',
  swiGlu: 'RestokSwiGlu',
  swiGluGrad: 'RestokSwiGluGrad',
  rotateHeads: 'RestokRotateHeads',
  cachedAttention: 'RestokCachedAttention',
  dropout: 'RestokDropout',
  crossEntropy: 'RestokCrossEntropy',
  crossEntropyGrad: 'RestokCrossEntropyGrad',
  adamW: 'RestokAdamW',
  movingAverage: 'RestokMovingAverage',
  squaredNorm: 'RestokSquaredNorm',
} as const;

export type KernelName = (typeof kernelNames)[keyof typeof kernelNames];

/** Values that one vector instruction takes. */
const VECTOR_WIDTH = 4;

/**
 * For kernels that need not take every width: the name where the width is a multiple of four, and nothing,
 * which runs the reference, elsewhere.
 */
export function kernelForWidth(name: KernelName, width: number): KernelName | undefined {
  return width % VECTOR_WIDTH === 0 ? name : undefined;
}
