import type { VisionTransformerKind } from './vision-transformer-config';

const plain: VisionTransformerKind = {
  normEpsilon: 1e-6,
  activation: 'gelu',
  classToken: true,
  registerTokens: 0,
  normBeforeBlocks: false,
  layerScale: undefined,
  qkvBias: true,
  positions: 'learned',
};

/**
 * Kinds of pretrained ViT.
 *
 * `dino` is the discriminator's. Its published form clears the bias of the keys, which attention does not depend on.
 */
export const vitKinds = {
  dino: { ...plain, activation: 'tanhGelu' },
  mae: plain,
  dinov2: { ...plain, layerScale: ['ls1.gamma', 'ls2.gamma'] },
  dinov3: {
    ...plain,
    normEpsilon: 1e-5,
    registerTokens: 4,
    layerScale: ['gamma_1', 'gamma_2'],
    qkvBias: false,
    positions: 'rotary',
  },
  clip: { ...plain, normEpsilon: 1e-5, normBeforeBlocks: true },
  siglip2: { ...plain, classToken: false },
} as const satisfies Record<string, VisionTransformerKind>;

export type VitKindName = keyof typeof vitKinds;
