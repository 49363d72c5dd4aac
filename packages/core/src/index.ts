export {
  BackendUnavailableError,
  CheckpointError,
  ConfigError,
  DataError,
  ShapeError,
} from './errors';
export type { ErrorDetails } from './errors';
export { isPowerOfTwo, levelOfLatent, levelSchedule, poolingGrid } from './level-schedule';
export type { LevelSchedule, TokenGrid } from './level-schedule';
export { Random } from './random';
export type { WeightDtype, WeightEntry, WeightReader } from './weights';
