export { fromUnitRange, toUnitRange } from './picture';
export type { Picture } from './picture';
export { bicubicResize } from './bicubic-resize';
export type { PictureWindow } from './bicubic-resize';
export { cropPicture, evaluationCrop, flipPicture, resizeShorterEdge, trainingCrop } from './crop';
export type { PictureDataset } from './dataset';
