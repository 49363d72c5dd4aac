export { runTokenizerTraining } from './run-tokenizer-training';
export type { RunTrainingOptions, TrainingObserver, TrainingResult } from './run-tokenizer-training';
export { trainTokenizerCommand } from './train-command';
