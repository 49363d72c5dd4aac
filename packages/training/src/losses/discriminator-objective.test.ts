import type { Tensor4D } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { seededTensor, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PatchGan } from '../discriminators/patch-gan';
import { seededDraws } from '../draws';
import type { DiscriminatorStep } from './discriminator-objective';
import { discriminatorStep } from './discriminator-objective';

describe('discriminatorStep', () => {
  let discriminator: PatchGan;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    discriminator = new PatchGan(32);
    discriminator.initialize(1);
  });
  afterAll(() => discriminator.dispose());

  async function step(leCamWeight: number, hingeLossWeight = 1): Promise<DiscriminatorStep> {
    const [pixels, reconstruction] = [1, 2].map((seed) => seededTensor(seed, 1, 16, 16, 3) as Tensor4D);
    const result = await discriminatorStep(discriminator, pixels!, reconstruction!, {
      hingeLossWeight,
      leCamWeight,
      averages: { real: 0.5, fake: -0.5 },
      draws: seededDraws(new Random(1)),
    });
    dispose([pixels!, reconstruction!, ...result.gradients]);
    return result;
  }

  it('reports the weighted regularisation within the loss, and lets the averages follow', async () => {
    const [plain, regular] = [await step(0), await step(0.1)];
    const { realLogit, fakeLogit, leCamLoss } = regular.terms;
    const square = (x: number): number => Math.max(0, x) ** 2;
    expect(leCamLoss).toBeCloseTo(0.1 * (square(realLogit + 0.5) + square(0.5 - fakeLogit)), 6);
    expect(regular.terms.discriminatorLoss).toBeCloseTo(plain.terms.discriminatorLoss + leCamLoss, 6);
    expect(plain.averages).toEqual({ real: 0.5, fake: -0.5 });
    expect(regular.averages.real).toBeCloseTo(0.999 * 0.5 + 0.001 * realLogit, 6);
    expect(regular.averages.fake).toBeCloseTo(-0.999 * 0.5 + 0.001 * fakeLogit, 6);
  });

  it('weighs the hinge loss', async () => {
    const [whole, half] = [await step(0), await step(0, 0.5)];
    expect(half.terms.discriminatorLoss).toBeCloseTo(0.5 * whole.terms.discriminatorLoss, 6);
  });

  it('gives a gradient for every trained parameter and leaves nothing else', async () => {
    expect((await step(0.1)).gradients).toHaveLength(18);
    expect(await tensorsLeftBy(() => step(0.1))).toBe(0);
  });
});
