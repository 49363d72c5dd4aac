import { FiniteScalarQuantizer } from './finite-scalar-quantizer';
import type { Quantizer, QuantizerOptions } from './quantizer';
import { VectorQuantizer } from './vector-quantizer';

/** Builds a quantiser; its weights stay empty until they are drawn or loaded. */
export type QuantizerBuilder = (options: QuantizerOptions) => Quantizer;

/** Quantisers by the config's `quantizer`; published models use `vq`. */
export const quantizers = {
  vq: (options) => new VectorQuantizer(options),
  fsq: (options) => new FiniteScalarQuantizer(options),
} satisfies Record<string, QuantizerBuilder>;

export type QuantizerName = keyof typeof quantizers;
