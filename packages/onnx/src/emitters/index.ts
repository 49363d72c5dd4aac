import { attention } from './attention';
import { codes } from './codes';
import { convolutions } from './convolutions';
import { elementwise } from './elementwise';
import type { Emitter } from './kernel-call';
import { matrixProducts } from './matrix-products';
import { pictures } from './pictures';
import { reductions } from './reductions';
import { shapes } from './shapes';
import { transformer } from './transformer';

/** How each kernel becomes operators of ONNX, by the kernel's name. */
export const emitters: Readonly<Record<string, Emitter>> = {
  ...elementwise,
  ...shapes,
  ...reductions,
  ...matrixProducts,
  ...convolutions,
  ...transformer,
  ...attention,
  ...pictures,
  ...codes,
};
