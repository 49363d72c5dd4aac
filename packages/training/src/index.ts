export { valueAndGradients } from './value-and-gradients';
export { drawNumKept, nestedDropout } from './nested-dropout';
export type { NestedDropout } from './nested-dropout';
export { hasWeightDecay } from './parameter-groups';
export { schedules } from './schedules';
export type { Schedule, ScheduleName, ScheduleOptions } from './schedules';
export { movingAverageDecay, MovingWeights } from './moving-weights';
export type { MovingAverageOptions } from './moving-weights';
export { globalNorm, Optimizer } from './optimizer';
export type { OptimizerOptions } from './optimizer';
export { reconstructionLosses, tokenizerLoss } from './tokenizer-loss';
export type { ReconstructionLoss, ReconstructionLossName, TokenizerLossOptions } from './tokenizer-loss';
export { parseTokenizerTrainingConfig } from './tokenizer-training-config';
export type { TokenizerTrainingConfig } from './tokenizer-training-config';
export { codebookFromLatents, reviveCodes } from './codebook-from-latents';
export { DataOrder } from './data-order';
export { firstNonFinite, NonFiniteError } from './non-finite';
export { openInitialModel } from './initial-model';
export { TokenizerTrainer } from './tokenizer-trainer';
export type { TrainerState, TrainStepReport } from './tokenizer-trainer';
export type { PartHelper } from './parts';
export type { Checkpointed } from './checkpointed';
export { lossTerms, PartGradients } from './part-gradients';
export type { LossTerms, PartOfStep, PartResult } from './part-gradients';
export { saveCheckpoint } from './checkpoint';
export { checkpoints } from './checkpoint-folder';
export type { CheckpointEntry } from './checkpoint-folder';
export { restoreNewestCheckpoint } from './restore-checkpoint';
export type { RestoredCheckpoint, SkippedCheckpoint } from './restore-checkpoint';
export { TrainingLog } from './training-log';
export { evaluateTokenizer } from './evaluate-tokenizer';
export type { EvaluateOptions, TokenizerEvaluation } from './evaluate-tokenizer';
export { parseGeneratorTrainingConfig } from './generator-training-config';
export type { GeneratorTrainingConfig } from './generator-training-config';
export { generatorHits, generatorLosses, levelMeans } from './generator-loss';
export { GeneratorPartGradients } from './generator-part-gradients';
export type {
  GeneratorData,
  GeneratorPart,
  GeneratorPartResult,
  GeneratorTerms,
} from './generator-part-gradients';
export { GeneratorTrainer } from './generator-trainer';
export type { GeneratorStepReport, GeneratorTrainerState } from './generator-trainer';
export { evaluateGenerator } from './evaluate-generator';
export type { EvaluateGeneratorOptions, GeneratorEvaluation } from './evaluate-generator';
export type { UpdateSections } from './training-sections';
