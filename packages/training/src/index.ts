export { valueAndGradients } from './value-and-gradients';
export { drawNumKept, nestedDropout } from './nested-dropout';
export type { NestedDropout } from './nested-dropout';
export { isTrained, trainedParameters } from './trained-parameters';
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
export { generatorFineTuning, tokenizerFineTuning } from './fine-tuning/fine-tuning';
export type { FineTuningOptions, GeneratorFineTuningOptions } from './fine-tuning/fine-tuning';
export { openInitialModel } from './initial-model';
export { TokenizerTrainer } from './tokenizer-trainer';
export type { TrainerState, TrainStepReport } from './tokenizer-trainer';
export type { PartHelper } from './parts';
export type { Checkpointed } from './checkpointed';
export { PartGradients } from './part-gradients';
export type { LossTerms } from './loss-terms';
export type { PartLosses, PartOfStep, PartResult } from './part-gradients';
export { saveCheckpoint } from './checkpoint';
export { checkpoints } from './checkpoint-folder';
export type { CheckpointEntry } from './checkpoint-folder';
export { restoreNewestCheckpoint } from './restore-checkpoint';
export type { RestoredCheckpoint, SkippedCheckpoint } from './restore-checkpoint';
export { TrainingLog } from './training-log';
export { refineCodes } from './refine-codes';
export type { RefineOptions } from './refine-codes';
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
export type { PictureParams, PreprocessingConfig, UpdateSections } from './training-sections';
export { recordedDraws, seededDraws } from './draws';
export type { Draws } from './draws';
export { augmentPictures } from './augmentation/augment-pictures';
export { drawAugmentation } from './augmentation/augmentation';
export type { Augmentation, Places } from './augmentation/augmentation';
export { vgg16Channels } from './perceptual/vgg16';
export { Lpips } from './perceptual/lpips';
export { openLpips } from './perceptual/open-lpips';
export { drawPerceptualJitter, jitterPictures } from './perceptual/perceptual-jitter';
export type { PerceptualJitter } from './perceptual/perceptual-jitter';
export { Discriminator } from './discriminators/discriminator';
export { PatchGan } from './discriminators/patch-gan';
export { DinoDiscriminator } from './discriminators/dino-discriminator';
export { followLogits, generatorAdversarialLoss, hingeLoss, leCamLoss } from './losses/adversarial-losses';
export type { LogitAverages } from './losses/adversarial-losses';
export { cosineMarginLoss, cosineSimilarity } from './losses/alignment-loss';
export { disposeTargets, TokenizerObjective } from './losses/tokenizer-objective';
export type {
  LossNetworks,
  ObjectiveOptions,
  ObjectiveValue,
  StepTargets,
} from './losses/tokenizer-objective';
export { discriminatorStep } from './losses/discriminator-objective';
export type {
  DiscriminatorObjectiveOptions,
  DiscriminatorStep,
  DiscriminatorTerms,
} from './losses/discriminator-objective';
export { PretrainedVit } from './vision-transformer/pretrained-vit';
export { vitKinds } from './vision-transformer/vit-kinds';
export type { VitKindName } from './vision-transformer/vit-kinds';
export type {
  VisionTransformerKind,
  VisionTransformerSize,
} from './vision-transformer/vision-transformer-config';
export { foundationModels } from './feature-providers/foundation-models';
export type { FoundationModel, FoundationModelName } from './feature-providers/foundation-models';
export type { FeatureProvider, PictureBatch, PictureFeatures } from './feature-providers/feature-provider';
export { VitFeatures } from './feature-providers/vit-features';
export { StoredFeatures, writeStoredFeatures } from './feature-providers/stored-features';
export { disposeLossNetworks, openLossNetworks } from './open-loss-networks';
export { SupervisedTokenizer } from './supervised-tokenizer';
export type { SupervisedTokenizerOptions } from './supervised-tokenizer';
export { Adversary } from './adversary';
export type { CheckpointCompanion } from './checkpointed';
