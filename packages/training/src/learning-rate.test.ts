import { describe, expect, it } from 'vitest';
import { learningRateOf } from './learning-rate';
import { optimizerSection, schedulerSection } from './training-sections';

function rates(optimizer: object, scheduler: object, ownRate?: number): number[] {
  const config = {
    optimizer: optimizerSection(0).parse({ params: optimizer }),
    lr_scheduler: schedulerSection.parse({ params: { warmup_steps: 2, end_lr: 1e-3, ...scheduler } }),
  };
  return [0, 1, 2, 7, 12].map((stepsDone) => learningRateOf(config, { stepsDone, maxSteps: 12, ownRate }));
}

function expectRates(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((rate, i) => expect(actual[i]).toBeCloseTo(rate, 12));
}

describe('learningRateOf', () => {
  const falling = [0, 5e-3, 1e-2, 5.5e-3, 1e-3];

  it('is the schedule where both sections name one rate, or one of them does', () => {
    const rate = { learning_rate: 1e-2 };
    expect(rates(rate, rate)).toEqual(rates(rate, {}));
    expect(rates({}, rate)).toEqual(rates(rate, {}));
    expectRates(rates(rate, rate), falling);
  });

  it('is the published rate where no section names one', () => {
    expect(rates({}, {})[2]).toBeCloseTo(1e-4, 12);
  });

  it('is the rate of the optimizer as the schedule scales its base, where they differ', () => {
    const actual = rates({ learning_rate: 3e-2 }, { learning_rate: 1e-2 });
    expectRates(
      actual,
      falling.map((rate) => 3 * rate),
    );
  });

  it('scales another rate alike', () => {
    const actual = rates({ learning_rate: 1e-2 }, {}, 5e-3);
    expectRates(
      actual,
      falling.map((rate) => rate / 2),
    );
  });
});
