import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import { Parameter, zeros } from '@restok/ops';
import type { FixtureConfig } from '@restok/testing';
import { expectValues, openFixture, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { movingAverageDecay, MovingWeights } from '../src/moving-weights';
import { globalNorm, Optimizer } from '../src/optimizer';
import { schedules } from '../src/schedules';

const fixture = openFixture('optim');
const { optimizer, lr_scheduler: scheduler, training } = fixture.config as FixtureConfig & OptimConfig;
const published = fixture.tensors('io');
const NUM_STEPS = 5;
/** Five steps of float32 arithmetic in another order; the reference differs from float64 by 2e-7. */
const STEP_TOLERANCE = 2e-6;
/** One float32 rounding of a number that was computed in float64. */
const ROUNDING = 1e-6;

interface OptimConfig {
  optimizer: { params: { learning_rate: number; beta1: number; beta2: number; weight_decay: number } };
  lr_scheduler: { params: { warmup_steps: number; end_lr: number } };
  training: { max_train_steps: number; max_grad_norm: number; ema_decay: number };
}

/** Stored steps count from 0. */
function valuesOfStep(file: string, step: number, name: string): Float32Array {
  return Float32Array.from(fixture.tensors(file).get(`step${step - 1}.${name}`)!.values);
}

describe.each(testBackends)('Optimizer and MovingWeights on %s, fixture optim', (backend) => {
  let parameters: [string, Parameter][];
  let adamW: Optimizer;
  let averages: MovingWeights;

  beforeEach(async () => {
    await useTestBackend(backend);
    parameters = [...fixture.tensors('model')].map(([name, { shape, values }]) => {
      const parameter = new Parameter(shape, zeros);
      parameter.load(Float32Array.from(values));
      return [name, parameter];
    });
    const { beta1, beta2, weight_decay: weightDecay } = optimizer.params;
    adamW = new Optimizer(parameters, { beta1, beta2, weightDecay, maxGradNorm: training.max_grad_norm });
    averages = new MovingWeights(parameters, { decay: training.ema_decay });
  });

  afterEach(() => {
    parameters.forEach(([, parameter]) => parameter.dispose());
    adamW.dispose();
    averages.dispose();
  });

  /** One step with the gradients of the reference; gives the norm before clipping. */
  async function step(number: number): Promise<number> {
    const gradients = parameters.map(([name, { shape }]): Tensor =>
      tensor(valuesOfStep('grads', number, name), [...shape]),
    );
    const learningRate = schedules.cosine(number - 1, {
      learningRate: optimizer.params.learning_rate,
      endLearningRate: scheduler.params.end_lr,
      warmupSteps: scheduler.params.warmup_steps,
      maxSteps: training.max_train_steps,
    });
    const gradientNorm = await globalNorm(gradients);
    adamW.step(gradients, number, { learningRate, gradientNorm });
    averages.update(number);
    gradients.forEach((gradient) => gradient.dispose());
    expect(learningRate).toBeCloseTo(published.get('lr_per_step')!.values[number - 1]!, 8);
    return gradientNorm;
  }

  it('gives the published parameters and their shadow after each step', async () => {
    for (let number = 1; number <= NUM_STEPS; number++) {
      await step(number);
      const compared = parameters.map(async ([name, parameter]) => {
        const label = `step ${number}, ${name}`;
        await expectValues(parameter.value, valuesOfStep('params', number, name), STEP_TOLERANCE, label);
        await expectValues(averages.average(name), valuesOfStep('ema', number, name), STEP_TOLERANCE, label);
      });
      await Promise.all(compared);
    }
  });

  it('gives the published norms before clipping, some of them above the bound', async () => {
    const norms: number[] = [];
    for (let number = 1; number <= NUM_STEPS; number++) {
      norms.push(await step(number));
    }
    await expectValues(norms, published.get('grad_norm_before_clip')!.values, STEP_TOLERANCE);
    expect(Math.max(...norms)).toBeGreaterThan(training.max_grad_norm);
  });

  it('keeps the number of tensors', async () => {
    expect(await tensorsLeftBy(() => step(1))).toBe(0);
  });
});

describe('schedules, fixture optim', () => {
  const tables = fixture.config.reference.lr_tables_float64 as Record<string, number[]>;
  const given = fixture.config.reference.lr_tables_params as Record<string, number>;
  const options = {
    learningRate: given.base_lr!,
    endLearningRate: given.end_lr!,
    warmupSteps: given.warmup!,
    maxSteps: given.total!,
  };

  it.each(['cosine', 'constant', 'wsd'] as const)(
    '%s gives the published table, past its end too',
    (name) => {
      const table = tables[name]!;
      expect(table.length).toBe(options.maxSteps + 6);
      table.forEach((expected, step) => {
        expect(schedules[name](step, options), `step ${step}`).toBeCloseTo(expected, 17);
      });
    },
  );
});

describe('movingAverageDecay, fixture optim', () => {
  it.each([
    ['default', { decay: 0.9999 }],
    ['warmup', { decay: 0.9999, useWarmup: true }],
    ['after10_min005_max099', { decay: 0.99, minDecay: 0.05, updateAfterStep: 10 }],
  ])('gives the published table "%s"', async (name, options) => {
    const steps = Array.from(published.get('ema_table.step')!.values);
    const decays = steps.map((step) => movingAverageDecay(step, options));
    await expectValues(decays, published.get(`ema_table.${name}`)!.values, ROUNDING);
  });

  it('gives the decays of the published steps', async () => {
    const decays = Array.from({ length: NUM_STEPS }, (_, i) =>
      movingAverageDecay(i + 1, { decay: training.ema_decay }),
    );
    await expectValues(decays, published.get('ema_decay_per_step')!.values, ROUNDING);
  });
});
