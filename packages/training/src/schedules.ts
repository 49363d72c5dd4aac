/** What a schedule needs to know. */
export interface ScheduleOptions {
  readonly learningRate: number;
  readonly endLearningRate: number;
  readonly warmupSteps: number;
  readonly maxSteps: number;
}

/** The learning rate of a step, counted from 0. */
export type Schedule = (step: number, options: ScheduleOptions) => number;

/** Learning rate schedules by the name that configs use. */
export const schedules = { cosine, constant, wsd } satisfies Record<string, Schedule>;

export type ScheduleName = keyof typeof schedules;

/**
 * Linear warm-up from 0, then half a cosine down to the end rate.
 *
 * @source Loshchilov and Hutter, arXiv 1608.03983; method.md, section 8.
 * @asIs Past its last step it rises again, as the cosine does.
 */
export function cosine(step: number, options: ScheduleOptions): number {
  const { learningRate, endLearningRate, warmupSteps, maxSteps } = options;
  if (step < warmupSteps) {
    return learningRate * (step / Math.max(1, warmupSteps));
  }
  const progress = (step - warmupSteps) / Math.max(1, maxSteps - warmupSteps);
  const share = Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
  return endLearningRate + (learningRate - endLearningRate) * share;
}

/** Linear warm-up from 0, then the same rate for ever. */
export function constant(step: number, { learningRate, warmupSteps }: ScheduleOptions): number {
  return step < warmupSteps ? learningRate * (step / Math.max(1, warmupSteps)) : learningRate;
}

/** Share of the steps in which `wsd` decays. */
const DECAY_SHARE = 0.2;
/** `wsd` starts its warm-up from this share of the rate. */
const FIRST_SHARE = 0.01;

/**
 * Warm-up, stable, decay: linear from a hundredth of the rate, constant, then down to the end rate with one
 * minus a square root over the last fifth of the steps.
 *
 * @source Hägele et al., arXiv 2405.18392.
 */
export function wsd(step: number, options: ScheduleOptions): number {
  const { learningRate, endLearningRate, warmupSteps, maxSteps } = options;
  const decaySteps = Math.trunc(DECAY_SHARE * maxSteps);
  const decayStart = maxSteps - decaySteps;
  if (step < warmupSteps) {
    return learningRate * (FIRST_SHARE + (1 - FIRST_SHARE) * (step / warmupSteps));
  }
  if (step < decayStart) {
    return learningRate;
  }
  if (step >= maxSteps) {
    return endLearningRate;
  }
  const share = 1 - Math.sqrt((step - decayStart) / decaySteps);
  return endLearningRate + (learningRate - endLearningRate) * share;
}
