import type { TestBackend } from './backends';

/**
 * Whether everything runs, what takes minutes and repeats, larger, what others show, too: `npm run test:slow` sets
 * `RESTOK_SLOW`, and whoever brings further reference numbers wants every run of them.
 */
export const runsEverything = ['RESTOK_SLOW', 'RESTOK_FIXTURES'].some(
  (variable) => (process.env[variable] ?? '') !== '',
);

/** Backends on which one picture takes many seconds: plain JavaScript, a graphics card that the processor emulates. */
const slowBackends: readonly TestBackend[] = ['cpu', 'restok-webgpu'];

/**
 * Flags of tokenizers choose among operations, and other backends run them all, so these fixtures stand for all on one
 * that is slow.
 */
export const sampledTokenizers: readonly string[] = ['tokenizer-entropy', 'tokenizer-no-vae-encoder'];

/** Whether a few runs of a model stand for all of them on a backend. */
export function isSampled(backend: TestBackend): boolean {
  return !runsEverything && slowBackends.includes(backend);
}
