export { Generator, hasGeneratorWeights, hasHarWeights } from './generator';
export type { ForwardOptions, GeneratorOptions, LoadOptions } from './generator';
export { Transformer } from './transformer';
export type { Segment } from './transformer';
export type { BlockContext } from './transformer-block';
export { collectIndices, runGeneration } from './generate';
export type { PassRunner } from './generate';
export { planGeneration } from './plan-generation';
export type { GenerationPlan } from './plan-generation';
export type { KnownInputs } from './input-embedding';
export { rotationAngles } from './rotary-table';
export { generatorArchitecture } from './architecture';
export type { GeneratorArchitecture } from './architecture';
export { harLayout } from './har-layout';
export { plainLayout } from './plain-layout';
export type { InputSource, Pass, SequenceLayout } from './sequence-layout';
export { KvCache } from './kv-cache';
export type { KvCacheSizes } from './kv-cache';
export type { GenerateOptions, GenerationStep, KeptLatents } from './generate-options';
export { checkLabels, possibleStarts } from './generate-options';
export { guidanceRatios, guidanceScales, guidanceSchedules } from './guidance';
export type {
  GuidanceOptions,
  GuidanceSchedule,
  GuidanceScheduleName,
  GuidanceScheduleOptions,
  PassPlan,
  ScheduleParameters,
} from './guidance';
export { logitFilters, sampleIndices } from './sampling';
export type { LogitFilter, SamplingOptions } from './sampling';
