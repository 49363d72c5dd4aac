import { engine } from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { zeros } from './initializers';
import { loadParameters } from './load-parameters';
import { Module } from './module';
import { requireBackend } from './require-backend';

class Small extends Module {
  readonly weight = this.parameter('weight', [2], zeros);
}

const message =
  /^\w+: TensorFlow\.js must have a backend, got none\. Call useNodeBackend .* @tensorflow\/tfjs-backend-cpu\.$/;

/** Other tests of the process have registered some. */
const withoutBackends = (): unknown => vi.spyOn(engine(), 'backendNames').mockReturnValue([]);

describe('requireBackend', () => {
  beforeAll(() => useTestBackend('cpu'));
  afterEach(() => vi.restoreAllMocks());

  it('says in one line what to call when there is none', () => {
    withoutBackends();
    expect(() => requireBackend('encode')).toThrow(BackendUnavailableError);
    expect(() => requireBackend('encode')).toThrow(message);
  });

  it('lets one pass that was registered', () => {
    expect(() => requireBackend('encode')).not.toThrow();
  });

  it('stands before weights are drawn and before they are loaded', async () => {
    withoutBackends();
    const small = new Small();
    expect(() => small.initialize(1)).toThrow(message);
    const weights = {
      entries: new Map([['weight', { dtype: 'F32' as const, shape: [2] }]]),
      read: () => Promise.resolve(Float32Array.of(1, 2)),
      close: () => Promise.resolve(),
    };
    await expect(loadParameters(small, weights)).rejects.toThrow(message);
  });
});
