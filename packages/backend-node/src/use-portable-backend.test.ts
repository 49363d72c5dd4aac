import '@tensorflow/tfjs-backend-cpu';
import '@restok/ops/gradients';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { getBackend } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { usePortableBackend } from './portable';
import { selfTest } from './self-test';

const require = createRequire(import.meta.url);
const wasmPaths = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;

describe('usePortableBackend', () => {
  it('runs every kernel rightly without anything of Node', async () => {
    expect(await usePortableBackend({ wasmPaths })).toBe('restok-node');
    expect(getBackend()).toBe('restok-node');
    const results = await selfTest('cpu');
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(await usePortableBackend()).toBe('restok-node');
  });
});
