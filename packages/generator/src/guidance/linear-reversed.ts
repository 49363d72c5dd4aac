import type { ScheduleParameters } from './guidance-schedule';
import { linear } from './linear';

/**
 * Falls from the scale at the class to 1 at the end (`linear_re`).
 *
 * @source method.md, section 7.
 * @asIs 0.0001 is added at every ratio.
 */
export function linearReversed(ratio: number, parameters: ScheduleParameters): number {
  return linear(1 - ratio, parameters);
}
