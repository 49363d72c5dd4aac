export { sampleIndices } from './sample-indices';
export { checkedSamplingOptions } from './sampling-options';
export type { SamplingOptions } from './sampling-options';
export { logitFilters } from './logit-filters';
export type { LogitFilter } from './logit-filters';
export { probabilitiesOf } from './probabilities';
