import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { add, grads, mul, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { levelSchedule } from '@restok/core';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { clippedLevelSizes, LevelEmbeddings, mapLevels } from './level-embedding';

/** Levels of 1, 1, 2 and 4. */
const schedule = levelSchedule(8);

/** Vectors (0, 1), (10, 11), (20, 21) and (30, 31). */
function countingEmbeddings(): LevelEmbeddings {
  const embeddings = new LevelEmbeddings(4, 2);
  [...embeddings.namedParameters()].forEach(([, parameter], level) => {
    parameter.load(Float32Array.of(10 * level, 10 * level + 1));
  });
  return embeddings;
}

describe.each(testBackends)('LevelEmbeddings on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives each latent the vector of its level', () => {
    const embeddings = countingEmbeddings();
    tidy(() => {
      expect(embeddings.of(2).arraySync()).toEqual([[20, 21]]);
      const vectors = embeddings.perLatent(schedule, 8);
      expect(vectors.shape).toEqual([1, 8, 2]);
      expect([...vectors.dataSync()].filter((_, i) => i % 2 === 0)).toEqual([0, 10, 20, 20, 30, 30, 30, 30]);
    });
    embeddings.dispose();
  });

  it('stops inside a level where there are fewer latents', () => {
    const embeddings = countingEmbeddings();
    tidy(() => {
      const vectors = embeddings.perLatent(schedule, 3);
      expect(vectors.arraySync()).toEqual([[[0, 1], [10, 11], [20, 21]]]); // prettier-ignore
    });
    embeddings.dispose();
  });

  it('adds up the gradient of the latents of a level', () => {
    const embeddings = countingEmbeddings();
    tidy(() => {
      const upstream = tensor3d([1, 0, 2, 0, 3, 0, 4, 0, 5, 1, 6, 1, 7, 1, 8, 1], [1, 8, 2]);
      const values = [...embeddings.namedParameters()].map(([, parameter]) => parameter.value);
      const gradients = grads(() => mul(embeddings.perLatent(schedule, 8), upstream))(values);
      expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([[1, 0], [2, 0], [7, 0], [26, 4]]); // prettier-ignore
    });
    embeddings.dispose();
  });

  it('leaves no tensors behind', async () => {
    const embeddings = countingEmbeddings();
    expect(await tensorsLeftBy(() => embeddings.perLatent(schedule, 8).dispose())).toBe(0);
    embeddings.dispose();
  });
});

describe.each(testBackends)('mapLevels on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('applies to each level its own layer, in order', () => {
    tidy(() => {
      const x = tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [1, 8, 1]);
      const sizes: number[] = [];
      const layer = (part: Tensor3D, level: number): Tensor3D => {
        sizes.push(part.shape[1]);
        return add(part, 100 * level);
      };
      expect([...mapLevels(x, schedule, layer).dataSync()]).toEqual([1, 102, 203, 204, 305, 306, 307, 308]);
      expect(sizes).toEqual([1, 1, 2, 4]);
    });
  });

  it('leaves no tensors behind but its result', async () => {
    const x = tensor3d([1, 2, 3, 4], [1, 4, 1]);
    const layer = (part: Tensor3D): Tensor3D => add(mul(part, 2), 1);
    const run = (): void => (mapLevels(x, levelSchedule(4), layer) as Tensor).dispose();
    expect(await tensorsLeftBy(run)).toBe(0);
    x.dispose();
  });
});

describe('clippedLevelSizes', () => {
  it.each([
    [8, [1, 1, 2, 4]],
    [4, [1, 1, 2]],
    [5, [1, 1, 2, 1]],
    [1, [1]],
    [0, []],
  ])('of %i latents are %j', (numLatents, sizes) => {
    expect(clippedLevelSizes(schedule, numLatents)).toEqual(sizes);
  });
});
