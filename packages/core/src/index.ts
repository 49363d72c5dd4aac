export { BackendUnavailableError, CheckpointError, ConfigError, DataError, ShapeError } from './errors';
export type { ErrorDetails } from './errors';
export { isPowerOfTwo, levelOfLatent, levelSchedule, poolingGrid } from './level-schedule';
export type { LevelSchedule, TokenGrid } from './level-schedule';
export { Random } from './random';
export type { WeightDtype, WeightEntry, WeightReader } from './weights';
export { parseTokenizerConfig } from './parse-tokenizer-config';
export { publishedPixelCnn, resolveVitSize, vitSizes } from './tokenizer-config';
export type { TokenizerConfig, TokenizerConfigInput, VitSize, VqModelConfig } from './tokenizer-config';
export { generatorSizes, isHarConfig, parseGeneratorConfig, publishedArTokens } from './generator-config';
export type {
  GeneratorConfig,
  GeneratorConfigInput,
  GeneratorSize,
  ParseGeneratorOptions,
} from './generator-config';
export { interpolateConfig, overrideConfig, parseConfigText, parseRawConfig } from './config-text';
export type { ConfigTree } from './config-text';
export { ProtobufWriter } from './protobuf-writer';
