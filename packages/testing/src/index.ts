export { fixtureNames, openFixture, weightReader } from './fixture';
export type { Fixture, FixtureConfig, FixtureTensor } from './fixture';
export { tokenizerConfigOf } from './fixture-config';
export { modelArgsOf, optionsOf, runsOf } from './generation-runs';
export type { GenerationRun } from './generation-runs';
export {
  expectClose,
  expectValues,
  FORWARD_TOLERANCE,
  GRADIENT_TOLERANCE,
  KERNEL_TOLERANCE,
  relativeDistance,
} from './expect-close';
export { inScope } from './in-scope';
export { paritySuites } from './parity-suites';
export { channelsBeforeTokens, channelsFirst, channelsLast } from './published-order';
export { peakBytesOf, tensorsLeftBy, testBackends, testOnlyOn, useTestBackend } from './backends';
export type { TestBackend } from './backends';
export { expectGradients, numericalGradient, runWithGradients, seededTensor } from './numerical-gradient';
export { useSoftwareDriver } from './software-driver';
export { isSampled, runsEverything, sampledTokenizers } from './slow-runs';
export { runKilled } from './run-killed';
export type { KilledProgram } from './run-killed';
export { tinyTokenizer, tinyTraining } from './tiny-configs';
