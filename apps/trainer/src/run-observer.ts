import type { BackendInfo } from '@restok/backend-node';
import type { PassedOver } from '@restok/data';
import type { SkippedCheckpoint } from '@restok/training';
import type { DataNumbers } from './training-pictures';

/** How a run begins. */
export interface TrainingStart {
  readonly backend: BackendInfo;
  readonly startStep: number;
  readonly maxSteps: number;
  readonly numParameters: number;
  /** Process numbers of the workers beside this process. */
  readonly workers: readonly number[];
  /** Damaged checkpoints newer than the one that the run goes on from. */
  readonly skipped: readonly SkippedCheckpoint[];
}

/** What a run tells whoever watches it. */
export interface RunObserver<Report, Evaluation> {
  onStart?(info: TrainingStart): void;
  onStep?(report: Report & DataNumbers & { picturesPerSecond: number }): void;
  /** Told when more of the data turned out to be unusable. */
  onPassedOver?(passedOver: PassedOver): void;
  onEvaluation?(evaluation: Evaluation & { step: number }): void;
  onSave?(path: string): void;
}
