import type { WeightReader } from '@restok/core';
import type { TensorToWrite } from '@restok/hub';
import type { Module, Parameter } from '@restok/ops';
import type { MovingWeights } from './moving-weights';
import type { Optimizer } from './optimizer';

/** Something beside the model that trains with it and has a file of its own in checkpoints. */
export interface CheckpointCompanion {
  /** Name of the file in a checkpoint. */
  readonly file: string;
  tensors(): TensorToWrite[];
  /** Takes over what {@link tensors} wrote; CheckpointError when it does not fit. */
  restore(weights: WeightReader): Promise<void>;
}

/** What checkpoints save and restore of a trainer. */
export interface Checkpointed<State extends { readonly step: number } = { readonly step: number }> {
  readonly model: Module & { readonly config: object };
  readonly parameters: readonly [string, Parameter][];
  /** Those of the parameters that steps change: only they have moments and averages. */
  readonly trained: readonly [string, Parameter][];
  readonly optimizer: Optimizer;
  readonly movingWeights: MovingWeights | undefined;
  readonly companion?: CheckpointCompanion;
  /** Optimizer steps done. */
  readonly trainStep: number;
  /** What a run needs beyond its tensors; JSON-safe. */
  state: State;
  /** The state in what was stored, or undefined where there is none. */
  parseState(stored: unknown): State | undefined;
}
