export { parseTokenizerTrainingConfig } from './tokenizer-training-config';
export type { TokenizerTrainingConfig } from './tokenizer-training-config';
export { refineCodes } from './refine-codes';
export type { RefineOptions } from './refine-codes';
export { NonFiniteError } from './non-finite';
export { TokenizerTrainer } from './tokenizer-trainer';
export type { TrainerState, TrainStepReport } from './tokenizer-trainer';
