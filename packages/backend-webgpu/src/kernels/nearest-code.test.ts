import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { nearestCode } from '@restok/ops';
import { seededTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';

describe('registerNearestCode', () => {
  beforeAll(() => useSoftwareGpu());

  it('takes the lowest of equal rows, whichever lanes find them', () => {
    tidy(() => {
      // Row 150 once more at every higher place; one lane looks at rows 22, 86, 150, ..., its neighbours at the rest.
      const rows = Array.from({ length: 200 }, (_, row) => (row < 150 ? [row + 10, 0] : [0, 1]));
      expect([...nearestCode(tensor2d([[0, 1]]), tensor2d(rows)).dataSync()]).toEqual([150]);
      const swapped = rows.map(([a, b], row) => (row === 64 || row === 1 ? [0, 1] : [a!, b!]));
      expect([...nearestCode(tensor2d([[0, 1]]), tensor2d(swapped)).dataSync()]).toEqual([1]);
    });
  });

  it('agrees with a search in double precision', () => {
    tidy(() => {
      const [latents, rows] = [seededTensor(1, 40, 7) as Tensor2D, seededTensor(2, 300, 7) as Tensor2D];
      const points = rows.arraySync();
      const expected = latents.arraySync().map((latent) => {
        const distances = points.map((row) => Math.hypot(...row.map((value, k) => value - latent[k]!)));
        return distances.indexOf(Math.min(...distances));
      });
      expect([...nearestCode(latents, rows).dataSync()]).toEqual(expected);
    });
  });
});
