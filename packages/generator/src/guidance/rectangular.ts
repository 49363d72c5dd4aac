import type { ScheduleParameters } from './guidance-schedule';
import { scaleOutside } from './guidance-schedule';

/**
 * The scale from start to end, both included, and the smallest scale elsewhere.
 *
 * @source method.md, section 7.
 * @asIs The smallest scale is 1.0001 instead of 1; any other value is taken as it is.
 */
export function rectangular(ratio: number, parameters: ScheduleParameters): number {
  const { scale, start = 0.05, end = 1 } = parameters;
  return ratio >= start && ratio <= end ? scale : scaleOutside(parameters);
}
