export { InceptionV3 } from './inception/inception-v3';
export type { InceptionFeatures, InceptionOptions } from './inception/inception-v3';
export { inceptionTensors } from './inception/load-layers';
export type { InceptionNaming } from './inception/load-layers';
export { preprocessings } from './inception/preprocessing';
export type { PictureBatch, Preprocessing, PreprocessingName } from './inception/preprocessing';
