import { keepTopK } from './top-k';
import { keepTopP } from './top-p';

/** Drops logits of one position in place by setting them to -Infinity; at least one stays. */
export type LogitFilter = (logits: Float32Array, amount: number) => void;

/** Filters by the option that sets their amount, in the order in which they are applied. */
export const logitFilters = { topK: keepTopK, topP: keepTopP } satisfies Record<string, LogitFilter>;
