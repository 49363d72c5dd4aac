import { expectClose, openFixture } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { guidanceSchedules } from './guidance-schedules';

/** One case of the fixture's config. */
interface ScheduleCase {
  readonly tensor: string;
  readonly schedule?: keyof typeof guidanceSchedules;
  readonly cfg_scale: number;
  readonly kwargs: Readonly<
    Partial<Record<'peak' | 'window_start' | 'window_end' | 'min_cfg_scale', number>>
  >;
}

/** The stored scales are float32, whose rounding is half of 1.2e-7. */
const FLOAT32_ROUNDING = 1e-7;

const fixture = openFixture('sampling-filters');
const cases = (fixture.config.reference.cases as readonly ScheduleCase[]).filter(
  ({ schedule }) => schedule !== undefined,
);

describe('guidanceSchedules', () => {
  it('are all in the reference numbers', () => {
    const inReference = new Set(cases.map(({ schedule }) => schedule));
    expect([...inReference].sort()).toEqual(Object.keys(guidanceSchedules).sort());
  });

  it.each(cases)('give the reference scales of $tensor', ({ tensor, schedule, cfg_scale, kwargs }) => {
    const numRatios = fixture.tensors('io').get('schedule.ratio')!.values.length;
    const scales = Array.from({ length: numRatios }, (_, i) =>
      guidanceSchedules[schedule!](i / (numRatios - 1), {
        scale: cfg_scale,
        start: kwargs.window_start,
        end: kwargs.window_end,
        peak: kwargs.peak,
        minScale: kwargs.min_cfg_scale,
      }),
    );
    expectClose(scales, fixture.tensors('io').get(tensor)!.values, FLOAT32_ROUNDING, tensor);
  });

  it('have the window, start and peak that their comments name', () => {
    const parameters = { scale: 3 };
    const { rectangular, step, triangular, linear_constant } = guidanceSchedules;
    expect([0.04, 0.05, 1].map((ratio) => rectangular(ratio, parameters))).toEqual([1.0001, 3, 3]);
    expect([0.24, 0.25, 1].map((ratio) => step(ratio, parameters))).toEqual([1.0001, 3, 3]);
    expect([0, 0.25, 0.5, 0.75, 1].map((ratio) => triangular(ratio, parameters))).toEqual([
      1.0001, 2.0001, 3.0001, 2.0001, 1.0001,
    ]);
    expect([0, 0.25, 0.5, 1].map((ratio) => linear_constant(ratio, parameters))).toEqual([1, 2, 3, 3]);
  });
});
