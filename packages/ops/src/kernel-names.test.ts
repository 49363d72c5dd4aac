import { getKernel } from '@tensorflow/tfjs-core';
import { useTestBackend } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { kernelForWidth, kernelNames } from './kernel-names';

describe('kernelNames', () => {
  it('gives each kernel a name of its own that starts with Restok', () => {
    const names = Object.values(kernelNames);
    expect(new Set(names).size).toBe(names.length);
    for (const [key, name] of Object.entries(kernelNames)) {
      expect(name).toBe(`Restok${key[0]!.toUpperCase()}${key.slice(1)}`);
    }
  });

  it('names what the native backend registers', async () => {
    await useTestBackend('restok-node');
    const missing = Object.values(kernelNames).filter((name) => getKernel(name, 'restok-node') == null);
    expect(missing).toEqual([]);
  });
});

describe('kernelForWidth', () => {
  it('is the name for multiples of four alone', () => {
    const names = [3, 4, 6, 8, 64].map((width) => kernelForWidth(kernelNames.groupNorm, width));
    expect(names).toEqual([undefined, 'RestokGroupNorm', undefined, 'RestokGroupNorm', 'RestokGroupNorm']);
  });
});
