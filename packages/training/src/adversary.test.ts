import type { Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, fill, mul } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { expectClose, seededTensor, useTestBackend, weightReader } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyTrainingConfig } from '../test/tiny-training';
import { Adversary } from './adversary';
import { PatchGan } from './discriminators/patch-gan';
import { seededDraws } from './draws';
import { NonFiniteError } from './non-finite';

/** Rounding of float32 updates. */
const ROUNDING = 1e-6;

describe('Adversary', () => {
  const made: Adversary[] = [];
  beforeEach(() => useTestBackend('restok-node'));
  afterEach(() => {
    for (const adversary of made.splice(0)) {
      adversary.discriminator.dispose();
      adversary.dispose();
    }
  });

  function adversaryOf(...overrides: string[]): Adversary {
    const config = tinyTrainingConfig(
      'losses.discriminator_weight=1',
      'losses.discriminator_start=10',
      'losses.lecam_regularization_weight=0.001',
      ...overrides,
    );
    const discriminator = new PatchGan(32);
    discriminator.initialize(1);
    made.push(new Adversary(discriminator, config));
    return made.at(-1)!;
  }

  /** The first weight before and after an update with gradients of 1, and how far it moved. */
  async function moveOf(adversary: Adversary, stepsDone: number): Promise<number> {
    const [, first] = adversary.parameters[0]!;
    const before = first.value.dataSync()[0]!;
    const gradients = adversary.parameters.map(([, { shape }]) => fill([...shape], 1));
    adversary.update(stepsDone, gradients, await adversary.checkedNorm(stepsDone, gradients));
    dispose(gradients);
    return before - first.value.dataSync()[0]!;
  }

  it('joins at the step that the config names', () => {
    const adversary = adversaryOf();
    expect([9, 10].map((step) => adversary.isActive(step))).toEqual([false, true]);
  });

  it('starts its own schedule then, at its own rate', async () => {
    const overrides = ['optimizer.params.weight_decay=0', 'training.max_grad_norm=1000'];
    // AdamW moves a weight by the learning rate in its first step.
    const plain = adversaryOf(...overrides);
    expectClose([await moveOf(plain, 10)], [1e-3], 1e-3);
    const own = adversaryOf(...overrides, 'optimizer.params.discriminator_learning_rate=0.004');
    expectClose([await moveOf(own, 10)], [4e-3], 1e-3);
    const warming = adversaryOf(...overrides, 'lr_scheduler.params.warmup_steps=4');
    expect(await moveOf(warming, 10)).toBe(0);
    expectClose([await moveOf(warming, 11)], [1e-3 / 4], 1e-2);
  });

  it('refuses gradients that are not finite', async () => {
    const adversary = adversaryOf();
    const gradients = adversary.parameters.map(([, { shape }]) => fill([...shape], Infinity));
    await expect(adversary.checkedNorm(10, gradients)).rejects.toThrow(NonFiniteError);
    dispose(gradients);
  });

  it('gives back from its tensors what it was', async () => {
    const adversary = adversaryOf();
    const pixels = seededTensor(1, 2, 16, 16, 3) as Tensor4D;
    const reconstruction: Tensor4D = mul(pixels, 0.5);
    const { gradients } = await adversary.look(pixels, reconstruction, seededDraws(new Random(1)));
    adversary.update(10, gradients, await adversary.checkedNorm(10, gradients));
    const read = async (
      from: Adversary,
    ): Promise<Map<string, { shape: readonly number[]; values: Float32Array }>> => {
      const entries = from.tensors().map(async ({ name, shape, values }) => {
        return [name, { shape, values: Float32Array.from(await values()) }] as const;
      });
      return new Map(await Promise.all(entries));
    };
    const stored = await read(adversary);
    expect(stored.get('ema_real_logits_mean')!.values[0]).not.toBe(0);
    expect(stored.has('discriminator.block_in.0.weight')).toBe(true);
    const other = adversaryOf();
    await other.restore(weightReader(stored));
    expect(await read(other)).toEqual(stored);
    const a = await adversary.look(pixels, reconstruction, seededDraws(new Random(2)));
    const b = await other.look(pixels, reconstruction, seededDraws(new Random(2)));
    expect(a.terms).toEqual(b.terms);
    a.gradients.forEach((gradient, i) => expectClose(gradient, b.gradients[i]!, ROUNDING));
  });
});
