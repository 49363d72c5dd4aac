import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { paritySuites, testOnlyOn } from '@restok/testing';
import { describe, expect, it, vi } from 'vitest';
import { useSoftwareGpu } from './software-gpu';

const suites = paritySuites.map((suite) => fileURLToPath(new URL(`../../${suite}`, import.meta.url)));

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
