import type { ScheduleParameters } from './guidance-schedule';
import { scaleOutside } from './guidance-schedule';

/**
 * The smallest scale before the start, the scale from there on; the published result uses it from 0.25.
 *
 * @source method.md, section 7.
 * @asIs The smallest scale is 1.0001 instead of 1; any other value is taken as it is.
 */
export function step(ratio: number, parameters: ScheduleParameters): number {
  const { scale, start = 0.25 } = parameters;
  return ratio >= start ? scale : scaleOutside(parameters);
}
