import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { scalar, tensor } from '@tensorflow/tfjs-core';
import { expectClose, expectGradients, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { followLogits, generatorAdversarialLoss, hingeLoss, leCamLoss } from './adversarial-losses';

/** A float32 rounding. */
const ROUNDING = 1e-6;

describe.each(testBackends)('on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe('hingeLoss', () => {
    it('asks for at least 1 of pictures and at most -1 of reconstructions', () => {
      // relu(1 - real): 0, 1; relu(1 + fake): 0, 1.5.
      expectClose(hingeLoss(tensor([2, 0]), tensor([-3, 0.5])), [0.5 * (0.5 + 0.75)], ROUNDING);
    });

    it('has the gradient of what it computes', () => {
      expectGradients(
        ([real, fake]: Tensor[]) => hingeLoss(real!, fake!),
        [tensor([2, 0]), tensor([-3, 0.5])],
      );
    });
  });

  describe('generatorAdversarialLoss', () => {
    it('is minus the mean logit', () => {
      expectClose(generatorAdversarialLoss(tensor([1, 2, 6])), [-3], ROUNDING);
    });
  });

  describe('leCamLoss', () => {
    it('holds both logits to the averages of the other side', () => {
      const averages = { real: 0.5, fake: -0.5 };
      expectClose(leCamLoss(scalar(1.5), scalar(0.25), averages), [4 + 0.0625], ROUNDING);
      expectClose(leCamLoss(scalar(-1), scalar(1), averages), [0], 0);
    });

    it('has the gradient of what it computes', () => {
      const loss = ([real, fake]: Tensor[]): Scalar =>
        leCamLoss(real as Scalar, fake as Scalar, { real: 0.5, fake: -0.5 });
      expectGradients(loss, [scalar(1.5), scalar(0.25)]);
    });
  });
});

describe('followLogits', () => {
  it('moves a thousandth of the way', () => {
    const averages = followLogits({ real: 1, fake: 0 }, 2, -1);
    expect(averages.real).toBeCloseTo(1.001, 6);
    expect(averages.fake).toBeCloseTo(-0.001, 6);
  });
});
