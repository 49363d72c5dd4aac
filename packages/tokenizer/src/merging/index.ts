import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { averagePool } from './average-pool';
import { everySecond } from './every-second';

/** Halves the width of a grid of image tokens: `[B, P, D]` to `[B, P/2, D]`, owned by the caller. */
export type MergeMethod = (imageTokens: Tensor3D, grid: TokenGrid) => Tensor3D;

/** Ways to merge image tokens, by the config's `merge_method`; published models use `everySecond`. */
export const mergeMethods = { everySecond, averagePool } satisfies Record<string, MergeMethod>;

export type MergeMethodName = keyof typeof mergeMethods;
