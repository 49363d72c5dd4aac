import type { ScheduleParameters } from './guidance-schedule';
import { SCALE_OFFSET } from './guidance-schedule';

/**
 * Rises from 1 to the scale at the peak and falls back to 1 at the end.
 *
 * @source method.md, section 7.
 * @asIs 0.0001 is added at every ratio. Past ratio 1, which `numSteps` can ask for, it goes on falling.
 */
export function triangular(ratio: number, { scale, peak = 0.5 }: ScheduleParameters): number {
  const share = ratio < peak ? ratio / peak : 1 - (ratio - peak) / (1 - peak);
  return 1 + (scale - 1) * share + SCALE_OFFSET;
}
