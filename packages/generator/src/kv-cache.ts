import type { Tensor3D } from '@tensorflow/tfjs-core';
import { fill, keep } from '@tensorflow/tfjs-core';
import type { CachedAttentionOptions, KeyValueCache } from '@restok/ops';
import { cachedAttention } from '@restok/ops';

export interface KvCacheSizes {
  readonly numLayers: number;
  readonly batch: number;
  readonly numKeyHeads: number;
  /** Positions that there is room for. */
  readonly capacity: number;
  readonly headWidth: number;
}

/**
 * Rotated keys and values of all positions so far, per layer `[B, K, C, Dh]`. Places not yet written hold zeros.
 * The tensors live until dispose().
 *
 * @source method.md, section 7 (inference).
 */
export class KvCache {
  private readonly layers: KeyValueCache[];

  constructor({ numLayers, batch, numKeyHeads, capacity, headWidth }: KvCacheSizes) {
    const shape: [number, number, number, number] = [batch, numKeyHeads, capacity, headWidth];
    // fill makes zeros where they lie; zeros would make them in JavaScript and copy them there.
    this.layers = Array.from({ length: numLayers }, () => ({
      keys: keep(fill(shape, 0)),
      values: keep(fill(shape, 0)),
    }));
  }

  /**
   * Adds the keys and values of new positions to a layer and attends to all that are there.
   *
   * @returns `[B, T, D]`, owned by the caller.
   */
  attend(layer: number, qkv: Tensor3D, options: CachedAttentionOptions): Tensor3D {
    const { output, cache } = cachedAttention(qkv, this.layers[layer]!, options);
    this.layers[layer] = { keys: keep(cache.keys), values: keep(cache.values) };
    return output;
  }

  dispose(): void {
    for (const { keys, values } of this.layers) {
      keys.dispose();
      values.dispose();
    }
  }
}
