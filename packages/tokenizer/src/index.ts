export { ResTok } from './restok';
export type {
  DecodeOptions,
  ForwardOptions,
  LoadOptions,
  ResTokOptions,
  TokenizerPass,
} from './restok-options';
export { tokenizerArchitecture } from './architecture';
export type { TokenizerArchitecture } from './architecture';
export type { EncoderOutput } from './encoder';
export { reinterpretLegacy } from './encoder';
export { sumOfScales } from './sum-of-scales';
export { mergeMethods } from './merging';
export type { MergeMethod, MergeMethodName } from './merging';
export { latentInitializationOf, latentInitializations } from './latent-initialization';
export type {
  LatentInitialization,
  LatentInitializationInput,
  LatentInitializationName,
} from './latent-initialization';
export { PixelEncoder } from './pixel-cnn/pixel-encoder';
export type { PixelCnnConfig } from './pixel-cnn/pixel-encoder';
export { PixelDecoder } from './pixel-cnn/pixel-decoder';
export { mixLevels } from './mix-levels';
