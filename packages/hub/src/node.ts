export { pullModel } from './pull-model';
export type { PulledModel, PullOptions, PullPlan } from './pull-model';
export { saveModel, writeSafetensors } from './save-model';
export type { ModelToSave } from './save-model';
export { writeTogether } from './write-together';
export type { FileInPieces } from './write-together';
