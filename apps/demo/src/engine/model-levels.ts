import { computed } from '@preact/signals';
import { tokenizer } from './engine-client';

/** Levels of the shipped model, which are drawn before it is loaded. */
const SHIPPED_LEVELS: readonly number[] = [1, 1, 2, 4, 8, 16, 32];

/** Latents per level of the tokenizer in use, coarsest first. */
export const levelSizes = computed(() => tokenizer.value?.levelSizes ?? SHIPPED_LEVELS);
