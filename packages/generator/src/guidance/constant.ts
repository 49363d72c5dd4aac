import type { ScheduleParameters } from './guidance-schedule';

/**
 * The same scale in every pass.
 *
 * @source method.md, section 7.
 */
export function constant(_ratio: number, { scale }: ScheduleParameters): number {
  return scale;
}
