import { imagenetDeviation, imagenetMean } from '../imagenet';
import type { VitKindName } from '../vision-transformer/vit-kinds';

/** How a vision foundation model is fed and read. */
export interface FoundationModel {
  readonly kind: VitKindName;
  /** Sides that pictures are resized to first (bicubic); as they are when absent. */
  readonly resizeTo?: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const half = [0.5, 0.5, 0.5];
const imagenet = { mean: imagenetMean, deviation: imagenetDeviation };

/**
 * Vision foundation models by the name that configs use (`use_vf`). Their weights are those of timm's
 * vit_large_patch16_dinov3, vit_large_patch14_dinov2, vit_base_patch14_dinov2, vit_large_patch16_224 (MAE),
 * vit_large_patch14_clip_224 and vit_large_patch16_siglip_256; sizes follow from the file.
 *
 * @source method.md, appendix B.
 * @asIs CLIP is fed with ImageNet's statistics; one would expect its own.
 */
export const foundationModels = {
  dinov3: { kind: 'dinov3', ...imagenet },
  dinov2: { kind: 'dinov2', resizeTo: 224, ...imagenet },
  dinov2_b: { kind: 'dinov2', resizeTo: 224, ...imagenet },
  mae: { kind: 'mae', ...imagenet },
  clip: { kind: 'clip', resizeTo: 224, ...imagenet },
  siglip2: { kind: 'siglip2', mean: half, deviation: half },
} as const satisfies Record<string, FoundationModel>;

export type FoundationModelName = keyof typeof foundationModels;

/** The names of {@link foundationModels}. */
export const foundationModelNames: readonly string[] = Object.keys(foundationModels);
