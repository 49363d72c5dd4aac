import { ConfigError, ShapeError } from '@restok/core';
import { expectClose, openFixture } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import type { PassPlan } from './guidance-ratios';
import { firstLatents } from './guidance-ratios';
import type { GuidanceOptions, GuidanceScheduleOptions } from './guidance-scales';
import { guidanceScales } from './guidance-scales';
import type { GuidanceScheduleName } from './guidance-schedules';

/** One run of a generation fixture's config. */
interface Run {
  readonly args: {
    readonly cfg_scale: number;
    readonly cfg_schedule?: GuidanceScheduleName;
    readonly cfg_interval?: number;
    readonly cfg_schedule_kwargs?: Readonly<Record<string, number>>;
  };
  readonly tokens_per_step: readonly number[];
}

/** The stored scales are float32, whose rounding is half of 1.2e-7. */
const FLOAT32_ROUNDING = 1e-7;
/** Logits that are guided differ from those that are not by more than this, equal ones by nothing. */
const SAME_LOGITS = 1e-3;

const names = ['har-generate-128-ar4', 'har-generate-64-ar1', 'ar-vanilla-generate'];
const fixtures = names.map((name) => openFixture(name));
const runs = fixtures.flatMap((fixture) =>
  Object.entries(fixture.config.reference.runs as Record<string, Run | number>).flatMap(([run, value]) =>
    typeof value === 'object' && 'args' in value
      ? [{ name: `${fixture.name} ${run}`, fixture, run, value }]
      : [],
  ),
);

function planOf({ fixture, value }: (typeof runs)[number]): PassPlan {
  const { har, ar_token_num } = (fixture.config.model as Record<string, unknown>).generator as {
    readonly har: boolean;
    readonly ar_token_num: number;
  };
  return { latentsPerPass: value.tokens_per_step, ...(har ? { arTokenNum: ar_token_num } : {}) };
}

function optionsOf({ args }: Run): GuidanceOptions {
  const { window_start, window_end, peak, min_cfg_scale, num_steps } = args.cfg_schedule_kwargs ?? {};
  return {
    guidanceScale: args.cfg_scale,
    guidanceSchedule: {
      name: args.cfg_schedule ?? 'constant',
      start: window_start,
      end: window_end,
      peak,
      minScale: min_cfg_scale,
      numSteps: num_steps,
    },
  };
}

const plan: PassPlan = { latentsPerPass: [1, 1, 1, 1, 4, 8, 16, 32, 64], arTokenNum: 4 };

describe('guidanceScales', () => {
  it.each(runs)('gives the scale of every pass of $name', (run) => {
    const scales = guidanceScales(optionsOf(run.value), planOf(run));
    const reference = run.fixture.tensors('io').get(`gen.${run.run}.cfg`)!.values;
    expectClose(scales, reference, FLOAT32_ROUNDING, run.name);
  });

  // With one single latent the published code lets guidance have no effect, so logits show no end of it.
  it.each(runs.filter(({ name }) => name.endsWith('interval5') && !name.includes('ar1')))(
    'ends guidance where the logits of $name part from those that are guided throughout',
    (run) => {
      const guidanceInterval = run.value.args.cfg_interval!;
      const scales = guidanceScales({ ...optionsOf(run.value), guidanceInterval }, planOf(run));
      const tensors = run.fixture.tensors('io');
      const logits = tensors.get('gen.interval5.logits')!;
      const guided = tensors.get('gen.constant.logits')!.values;
      const first = logits.values.findIndex((logit, i) => Math.abs(logit - guided[i]!) > SAME_LOGITS);
      const firstWithout = firstLatents(planOf(run))[scales.indexOf(1)];
      expect(firstWithout).toBe(Math.floor(first / logits.shape[2]!));
      expect(scales.slice(scales.indexOf(1)).every((scale) => scale === 1)).toBe(true);
    },
  );

  it('gives the published nine scales of the step schedule', () => {
    const guidanceSchedule = { name: 'step', start: 0.25 } as const;
    expect(guidanceScales({ guidanceScale: 3.75, guidanceSchedule }, plan)).toEqual([
      1.0001, 1.0001, 3.75, 3.75, 1.0001, 1.0001, 1.0001, 3.75, 3.75,
    ]);
  });

  it('is 1 in every pass when guidance is off, whatever the schedule', () => {
    const ones = plan.latentsPerPass.map(() => 1);
    expect(guidanceScales({}, plan)).toEqual(ones);
    const guidanceSchedule = { name: 'linear', minScale: 2 } as const;
    expect(guidanceScales({ guidanceScale: 1, guidanceSchedule }, plan)).toEqual(ones);
  });

  it('is constant when no schedule is named', () => {
    expect(guidanceScales({ guidanceScale: 2 }, plan)).toEqual(plan.latentsPerPass.map(() => 2));
  });

  it('refuses sigmoid by name and lists the schedules for other names', () => {
    const withName = (name: string) => () =>
      guidanceScales({ guidanceSchedule: { name: name as GuidanceScheduleName } }, plan);
    expect(withName('sigmoid')).toThrow(ConfigError);
    expect(withName('sigmoid')).toThrow(/"sigmoid", which the published code names but does not define/);
    expect(withName('steps')).toThrow(/must be one of constant, linear, .*, got "steps"/);
    expect(withName('toString')).toThrow(ConfigError);
  });

  it.each<[string, GuidanceOptions]>([
    ['guidanceScale', { guidanceScale: 0.5 }],
    ['guidanceScale', { guidanceScale: NaN }],
    ['guidanceInterval', { guidanceInterval: -1 }],
    ...(
      [
        ['start', { start: -0.1 }],
        ['end', { start: 0.6, end: 0.5 }],
        ['peak', { peak: 0 }],
        ['peak', { peak: 1 }],
        ['minScale', { minScale: 0 }],
        ['numSteps', { numSteps: 1 }],
      ] as const
    ).map(([argument, schedule]): [string, GuidanceOptions] => [
      argument,
      { guidanceSchedule: { name: 'step', ...schedule } satisfies GuidanceScheduleOptions },
    ]),
  ])('throws ShapeError that names %s for %j', (argument, options) => {
    const run = () => guidanceScales(options, plan);
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(`${argument} must be`);
  });
});
