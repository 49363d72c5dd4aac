import type { Tensor3D } from '@tensorflow/tfjs-core';
import { ones, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError, levelSchedule, parseTokenizerConfig } from '@restok/core';
import { testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LatentInitializationInput, LatentInitializationName } from './index';
import { latentInitializationOf, latentInitializations } from './index';

/** One row of two tokens, 1 and 5; four latents make levels of 1, 1 and 2. */
function input(): LatentInitializationInput {
  return {
    imageTokens: tensor3d([1, 5], [1, 2, 1]),
    grid: { rows: 1, columns: 2 },
    schedule: levelSchedule(4),
    latentTokens: tensor2d([7, 8, 9, 10], [4, 1]),
  };
}

const expected: Record<LatentInitializationName, number[]> = {
  // The mean 3 is taken away first: the second level pools -2 and 2 to 0, the third keeps them.
  residualLevelPooling: [3, 0, -2, 2],
  levelPooling: [3, 3, 1, 5],
  flatPooling: [1, 1, 5, 5],
  learned: [7, 8, 9, 10],
};

describe.each(testBackends)('latentInitializations on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it.each(Object.keys(expected) as LatentInitializationName[])(
    '%s gives the latents worked out by hand',
    (name) => {
      const values = tidy(() => [...latentInitializations[name](input()).dataSync()]);
      expect(values).toEqual(expected[name]);
    },
  );
});

describe('learned', () => {
  it('throws ConfigError without a table', async () => {
    await useTestBackend('cpu');
    tidy(() => {
      const { latentTokens, ...withoutTable } = input();
      expect(latentTokens!.shape).toEqual([4, 1]);
      expect(() => latentInitializations.learned(withoutTable)).toThrow(ConfigError);
    });
  });

  it('copies the table for every picture', async () => {
    await useTestBackend('cpu');
    const shape = tidy(
      () => latentInitializations.learned({ ...input(), imageTokens: ones([3, 2, 1]) as Tensor3D }).shape,
    );
    expect(shape).toEqual([3, 4, 1]);
  });
});

describe('latentInitializationOf', () => {
  it.each([
    [{}, 'residualLevelPooling'],
    [{ residual_latent_tokens: false }, 'levelPooling'],
    [{ latent_hierarchy: false }, 'flatPooling'],
    [{ learnable_latent_tokens: true, latent_hierarchy: false }, 'learned'],
  ] as const)('reads %j as %s', (flags, name) => {
    const { model } = parseTokenizerConfig({ model: { vq_model: flags } });
    expect(latentInitializationOf(model.vq_model)).toBe(name);
  });
});
