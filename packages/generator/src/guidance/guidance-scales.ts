import { ConfigError, ShapeError } from '@restok/core';
import type { PassPlan } from './guidance-ratios';
import { firstLatents, guidanceRatios } from './guidance-ratios';
import type { GuidanceSchedule, ScheduleParameters } from './guidance-schedule';
import type { GuidanceScheduleName } from './guidance-schedules';
import { guidanceSchedules } from './guidance-schedules';

/** Which schedule guidance follows, and its parameters. */
export interface GuidanceScheduleOptions extends Omit<ScheduleParameters, 'scale'> {
  readonly name: GuidanceScheduleName;
  /** Ratios count passes of this many instead of latents. */
  readonly numSteps?: number;
}

/** How strongly generation follows the class. */
export interface GuidanceOptions {
  /** At least 1; 1, the default, is no guidance. */
  readonly guidanceScale?: number;
  /** `constant` when left out. */
  readonly guidanceSchedule?: GuidanceScheduleOptions;
  /** n: passes that follow more than n + 1 latents are not guided. All are when it is left out. */
  readonly guidanceInterval?: number;
}

/**
 * The guidance scale of every forward pass. Exactly 1 takes the logits of the class; when all are 1, no second
 * batch is needed.
 *
 * @returns g of logits = u + (c - u) · g, one per pass.
 * @throws ConfigError for a schedule that does not exist, ShapeError for a number out of range.
 * @source method.md, section 7 (Sampling).
 * @asIs `guidanceInterval` (published as `cfg_interval`) counts from 0 after the first latent, hence the n + 1.
 */
export function guidanceScales(options: GuidanceOptions, plan: PassPlan): number[] {
  const { guidanceScale = 1, guidanceSchedule = { name: 'constant' }, guidanceInterval = Infinity } = options;
  const schedule = scheduleNamed(guidanceSchedule.name);
  checkNumbers(guidanceScale, guidanceSchedule, guidanceInterval);
  const ratios = guidanceRatios(plan, guidanceSchedule.numSteps);
  const parameters = { ...guidanceSchedule, scale: guidanceScale };
  const starts = firstLatents(plan);
  return ratios.map((ratio, pass) => {
    const isGuided = guidanceScale !== 1 && starts[pass]! - 1 <= guidanceInterval;
    return isGuided ? schedule(ratio, parameters) : 1;
  });
}

function scheduleNamed(name: string): GuidanceSchedule {
  const names = Object.keys(guidanceSchedules).join(', ');
  if (name === 'sigmoid') {
    throw new ConfigError(
      `guidanceScales: guidanceSchedule.name must be a schedule that exists, got "sigmoid", which the published code names but does not define. Use one of ${names}.`,
    );
  }
  if (!Object.hasOwn(guidanceSchedules, name)) {
    throw new ConfigError(
      `guidanceScales: guidanceSchedule.name must be one of ${names}, got ${JSON.stringify(name)}. Correct the name.`,
    );
  }
  return guidanceSchedules[name as GuidanceScheduleName];
}

function checkNumbers(scale: number, schedule: GuidanceScheduleOptions, interval: number): void {
  const { start = 0, end = 1, peak = 0.5, minScale = 1 } = schedule;
  const isScale = (value: number): boolean => Number.isFinite(value) && value >= 1;
  const isRatio = (value: number): boolean => value >= 0 && value <= 1;
  check('guidanceScale', scale, isScale(scale), 'a number of at least 1', 'Use 1 for no guidance.');
  check('minScale', minScale, isScale(minScale), 'a number of at least 1', 'Leave it out for no guidance.');
  check('start', start, isRatio(start), 'in 0 ... 1', 'It is a share of the latents.');
  check('end', end, isRatio(end) && end >= start, `in ${start} ... 1`, 'Let the window end after its start.');
  check('peak', peak, peak > 0 && peak < 1, 'above 0 and below 1', 'It is a share of the latents.');
  const isInterval = interval === Infinity || (Number.isSafeInteger(interval) && interval >= 0);
  check('guidanceInterval', interval, isInterval, 'a whole number of at least 0', 'Leave it out for no end.');
}

function check(argument: string, value: number, isValid: boolean, expected: string, advice: string): void {
  if (!isValid) {
    throw new ShapeError(`guidanceScales: ${argument} must be ${expected}, got ${value}. ${advice}`, {
      argument,
      value,
    });
  }
}
