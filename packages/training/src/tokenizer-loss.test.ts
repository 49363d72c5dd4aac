import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { scalar, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { TokenizerPass } from '@restok/tokenizer';
import { expectClose, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { reconstructionLosses, tokenizerLoss } from './tokenizer-loss';
import { valueAndGradients } from './value-and-gradients';

/** Some float32 roundings. */
const TOLERANCE = 1e-6;

describe.each(testBackends)('reconstructionLosses on %s', (backend) => {
  beforeEach(() => useTestBackend(backend));

  const pair = () =>
    [tensor4d([0.5, 0, 1, -1], [1, 2, 2, 1]), tensor4d([0, 0, 0.5, 1], [1, 2, 2, 1])] as const;

  it('averages distances for l1 and squared distances for l2 over all values', () => {
    const [reconstruction, pixels] = pair();
    // Distances 0.5, 0, 0.5, -2.
    expect(reconstructionLosses.l1(reconstruction, pixels).dataSync()[0]).toBeCloseTo(0.75, 6);
    expect(reconstructionLosses.l2(reconstruction, pixels).dataSync()[0]).toBeCloseTo(1.125, 6);
  });

  it('sends back a share of the sign for l1, 0 for equal values, and of twice the distance for l2', () => {
    const [reconstruction, pixels] = pair();
    const gradientOf = (loss: (typeof reconstructionLosses)['l1']) =>
      valueAndGradients(() => loss(reconstruction, pixels), [reconstruction]).gradients[0]!;
    expectClose(gradientOf(reconstructionLosses.l1), [0.25, 0, 0.25, -0.25], TOLERANCE);
    expectClose(gradientOf(reconstructionLosses.l2), [0.25, 0, 0.25, -1], TOLERANCE);
  });
});

describe.each(testBackends)('tokenizerLoss on %s', (backend) => {
  it('adds the weighted terms, reports the unweighted reconstruction, and leaves nothing else', async () => {
    await useTestBackend(backend);
    const zero = scalar(0);
    const pass: TokenizerPass = {
      reconstruction: tensor4d([0.5, 0, 1, 1], [1, 2, 2, 1]),
      indices: zeros([1, 1], 'int32') as Tensor2D,
      latents: zeros([1, 1, 1]) as Tensor3D,
      quantizerLoss: scalar(0.5),
      commitmentLoss: zero,
      codebookLoss: zero,
      entropyLoss: zero,
      imageTokens: [],
    };
    const pixels = tensor4d([0, 0, 1, 1], [1, 2, 2, 1]);
    const made: Scalar[] = [];
    const left = await tensorsLeftBy(() => {
      const { total, reconstructionLoss } = tokenizerLoss(pass, pixels, {
        reconstructionLoss: 'l2',
        reconstructionLossWeight: 2,
        quantizerLossWeight: 0.1,
      });
      made.push(total, reconstructionLoss);
    });
    expect(left).toBe(2);
    // 2 * 0.25 / 4 + 0.1 * 0.5
    expect(made[0]!.dataSync()[0]).toBeCloseTo(0.175, 6);
    expect(made[1]!.dataSync()[0]).toBeCloseTo(0.0625, 6);
  });
});
