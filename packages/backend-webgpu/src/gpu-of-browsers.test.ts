import { BackendUnavailableError } from '@restok/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openGpu } from './gpu.browser';

afterEach(() => vi.unstubAllGlobals());

describe('openGpu of browsers', () => {
  it('gives what the browser offers, with advice for one that has no GPU', async () => {
    const gpu = {};
    vi.stubGlobal('navigator', { gpu });
    const access = await openGpu();
    expect(access.gpu).toBe(gpu);
    expect(access.adviceWithoutAdapter).toContain('settings of the browser');
    expect(access.waitingFor).toBeUndefined();
  });

  it('throws BackendUnavailableError where there is no WebGPU', async () => {
    vi.stubGlobal('navigator', {});
    await expect(openGpu()).rejects.toThrow(BackendUnavailableError);
  });
});
