import type { LevelSchedule, TokenGrid, TokenizerConfig, VitSize, VqModelConfig } from '@restok/core';
import { levelSchedule, resolveVitSize } from '@restok/core';

/** Sizes that follow from a config, computed once. */
export interface TokenizerArchitecture {
  readonly model: VqModelConfig;
  readonly cropSize: number;
  /** Image tokens at full resolution. */
  readonly grid: TokenGrid;
  readonly schedule: LevelSchedule;
  readonly encoder: VitSize;
  readonly decoder: VitSize;
  /** Blocks of the encoder in which image tokens merge, in order. */
  readonly mergeLayers: readonly number[];
  /** S, scales that have a level embedding. */
  readonly numScales: number;
}

/** Derives the sizes of a checked config. @source method.md, sections 1 and 4.4. */
export function tokenizerArchitecture(config: TokenizerConfig): TokenizerArchitecture {
  const model = config.model.vq_model;
  const cropSize = config.dataset.preprocessing.crop_size;
  const side = cropSize / model.vit_enc_patch_size;
  const encoder = resolveVitSize(model.vit_enc_model_size);
  const stages = model.merge_tokens ? model.hierarchy_stages : 1;
  return {
    model,
    cropSize,
    grid: { rows: side, columns: side },
    schedule: levelSchedule(model.num_latent_tokens),
    encoder,
    decoder: resolveVitSize(model.vit_dec_model_size),
    mergeLayers: mergeLayersOf(stages, encoder.layers),
    numScales: Math.max(1, stages),
  };
}

/** int(s/S · N) - 1 for s = 1 ... S-1; with more stages than layers some fall away. */
function mergeLayersOf(stages: number, layers: number): number[] {
  const merging = new Set<number>();
  for (let s = 1; s < stages; s++) {
    merging.add(Math.trunc((s / stages) * layers) - 1);
  }
  return [...merging].filter((layer) => layer >= 0);
}
