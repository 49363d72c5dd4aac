import type { Module, Parameter } from '@restok/ops';
import type { MovingWeights } from './moving-weights';
import type { Optimizer } from './optimizer';

/** What checkpoints save and restore of a trainer. */
export interface Checkpointed<State extends { readonly step: number } = { readonly step: number }> {
  readonly model: Module & { readonly config: object };
  readonly parameters: readonly [string, Parameter][];
  readonly optimizer: Optimizer;
  readonly movingWeights: MovingWeights | undefined;
  /** Optimizer steps done. */
  readonly trainStep: number;
  /** What a run needs beyond its tensors; JSON-safe. */
  state: State;
  /** The state in what was stored, or undefined where there is none. */
  parseState(stored: unknown): State | undefined;
}
