import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testOnlyOn } from '@restok/testing';
import { describe, expect, it, vi } from 'vitest';
import { useSoftwareGpu } from './software-gpu';

/** The suites that hold this repository against the authors' numbers, forward and backward. */
const suites = [
  'quantizer/src/parity.test.ts',
  'vit/src/rotation-parity.test.ts',
  'tokenizer/src/pixel-cnn/parity.test.ts',
  'tokenizer/src/parity.test.ts',
  'tokenizer/src/loss-step-parity.test.ts',
  'generator/src/parity.test.ts',
  'training/test/optim-parity.test.ts',
  'training/test/loss-parity.test.ts',
].map((suite) => fileURLToPath(new URL(`../../${suite}`, import.meta.url)));

/** A software GPU on a busy machine is slow. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

// Before the suites are read: they ask which backends to run on at once.
testOnlyOn('restok-webgpu', useSoftwareGpu);

describe('the suites that run on restok-webgpu', () => {
  it.each(suites)('are there: %s', (path) => {
    expect(existsSync(path)).toBe(true);
  });
});

for (const path of suites) {
  await import(/* @vite-ignore */ path);
}
