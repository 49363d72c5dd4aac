export { runTokenizerTraining } from './run-tokenizer-training';
export type { RunTrainingOptions, TrainingObserver } from './run-tokenizer-training';
export { runGeneratorTraining } from './run-generator-training';
export type { GeneratorTrainingObserver, RunGeneratorTrainingOptions } from './run-generator-training';
export type { RunObserver, TrainingResult, TrainingStart } from './training-run';
export { trainCommand } from './train-command';
export { isGeneratorConfig, trainingNumbers } from './training-report';
export type { TrainingReport } from './training-report';
