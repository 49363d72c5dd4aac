export { saveModel, writeSafetensors } from './save-model';
export type { ModelToSave } from './save-model';
