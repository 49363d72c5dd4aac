import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { clipByValue, dispose } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { seededTensor, tensorsLeftBy, tinyTokenizer, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PatchGan } from '../discriminators/patch-gan';
import { seededDraws } from '../draws';
import { Lpips } from '../perceptual/lpips';
import { SupervisedTokenizer } from '../supervised-tokenizer';
import type { LossNetworks, ObjectiveValue } from './tokenizer-objective';
import { disposeTargets, TokenizerObjective } from './tokenizer-objective';

const weights = {
  reconstructionLoss: 'l2',
  reconstructionLossWeight: 2,
  quantizerLossWeight: 3,
  perceptualLossWeight: 0.25,
  adversarialLossWeight: 0.5,
  alignmentLossWeight: 4,
  cosineMargin: 0.25,
} as const;

describe('TokenizerObjective', () => {
  let networks: Required<Omit<LossNetworks, 'features'>>;
  let tokenizer: SupervisedTokenizer;
  let pixels: Tensor4D;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    networks = { perceptual: new Lpips([2, 2, 2, 2, 2]), discriminator: new PatchGan(32) };
    networks.perceptual.initialize(1, 'variancePreserving');
    networks.discriminator.initialize(2);
    tokenizer = new SupervisedTokenizer(tinyTokenizer({}, 16), {
      seed: 3,
      initialization: 'variancePreserving',
    });
    pixels = clipByValue(seededTensor(4, 2, 16, 16, 3), 0, 1) as Tensor4D;
  });
  afterAll(() =>
    [networks.perceptual, networks.discriminator, tokenizer].forEach((module) => module.dispose()),
  );

  async function valueOf(
    used: LossNetworks,
    isAdversarial: boolean,
  ): Promise<{ value: ObjectiveValue; quantizer: number }> {
    const objective = new TokenizerObjective(weights, used);
    const draws = (label: string) => seededDraws(new Random(1).fork(label));
    const targets = await objective.prepare({ pixels, pictures: [0, 1] }, draws('jitter'));
    const pass = tokenizer.forward(pixels);
    const value = objective.value(tokenizer, pass, pixels, {
      targets,
      isAdversarial,
      draws: draws('augmentation'),
    });
    const quantizer = pass.quantizerLoss.dataSync()[0]!;
    disposeTargets(targets);
    const { imageTokens, ...tensors } = pass;
    dispose([...imageTokens, ...Object.values(tensors)]);
    return { value, quantizer };
  }

  const numbersOf = (value: ObjectiveValue): Record<string, number> =>
    Object.fromEntries(
      (Object.entries(value) as [string, Scalar][]).map(([name, term]) => [name, term.dataSync()[0]!]),
    );

  it('adds the weighted terms up to the total', async () => {
    const { value, quantizer } = await valueOf(networks, true);
    const { total, reconstructionLoss, perceptualLoss, adversarialLoss, ...more } = numbersOf(value);
    expect(more).toEqual({});
    const expected =
      2 * reconstructionLoss! + 3 * quantizer + 0.25 * perceptualLoss! + 0.5 * adversarialLoss!;
    expect(total).toBeCloseTo(expected, 5);
  });

  it('has no adversarial term before the discriminator joins, and none whose network is absent', async () => {
    const before = await valueOf(networks, false);
    expect(Object.keys(before.value)).toEqual(['total', 'reconstructionLoss', 'perceptualLoss']);
    const plain = await valueOf({}, true);
    expect(Object.keys(plain.value)).toEqual(['total', 'reconstructionLoss']);
  });

  it('leaves only what it returns', async () => {
    const left = await tensorsLeftBy(async () => {
      const { value } = await valueOf(networks, true);
      dispose(Object.values(value));
    });
    expect(left).toBe(0);
  });
});
