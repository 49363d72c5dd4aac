import type { ScheduleName } from './schedules';
import { schedules } from './schedules';
import type { UpdateSections } from './training-sections';

/** Where a config names no rate at all. @source method.md, section 8. */
const PUBLISHED_LEARNING_RATE = 1e-4;

/** Of which optimizer, and when. */
interface RateOptions {
  /** Steps done before this one. */
  readonly stepsDone: number;
  /** At which the schedule ends. */
  readonly maxSteps: number;
  /** Of an optimizer with a rate of its own, as the discriminator's may have. */
  readonly ownRate?: number;
}

/**
 * The learning rate of an optimizer's step: the optimizer's own rate times what the schedule leaves of its base.
 *
 * @param config published ones have one rate in both sections. Where one is absent the other stands for it.
 * @asIs The schedule is a factor: `end_lr` counts against the schedule's base, `lr_scheduler.params.learning_rate`,
 *   so with a base other than the optimizer's rate training ends at rate / base times `end_lr`.
 */
export function learningRateOf(
  { optimizer, lr_scheduler: scheduler }: Pick<UpdateSections, 'optimizer' | 'lr_scheduler'>,
  { stepsDone, maxSteps, ownRate }: RateOptions,
): number {
  const {
    learning_rate: scheduledRate,
    end_lr: endLearningRate,
    warmup_steps: warmupSteps,
  } = scheduler.params;
  const rate = optimizer.params.learning_rate ?? scheduledRate ?? PUBLISHED_LEARNING_RATE;
  const base = scheduledRate ?? rate;
  const schedule = schedules[scheduler.scheduler as ScheduleName];
  const scheduled = schedule(stepsDone, { learningRate: base, endLearningRate, warmupSteps, maxSteps });
  return ((ownRate ?? rate) / base) * scheduled;
}
