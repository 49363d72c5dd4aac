import type { ScheduleParameters } from './guidance-schedule';
import { SCALE_OFFSET } from './guidance-schedule';

/**
 * Rises from 1 at the class to the scale at the end.
 *
 * @source method.md, section 7.
 * @asIs 0.0001 is added at every ratio, so the end is a little above the scale.
 */
export function linear(ratio: number, { scale }: ScheduleParameters): number {
  return 1 + (scale - 1) * ratio + SCALE_OFFSET;
}
