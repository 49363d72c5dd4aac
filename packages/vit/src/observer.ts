import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Looks at intermediate tensors of a forward pass, named as in the published model
 * (`encoder.blocks.0.out`). The tensors are freed after the call: copy what should stay.
 */
export interface Observer {
  stage(name: string, value: Tensor): void;
  /** Also compute and report attention weights, averaged over heads: `<prefix>.attn.<layer>`. */
  readonly attention?: boolean;
  /** Also compute and report those of every head in every layer, `[B, H, T, T]`: `<prefix>.attn_heads.<layer>`. */
  readonly attentionHeads?: boolean;
}
