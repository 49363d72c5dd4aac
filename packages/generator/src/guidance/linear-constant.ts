import type { ScheduleParameters } from './guidance-schedule';

/**
 * Rises from 1 to the scale at the peak and stays there (`linear_constant`).
 *
 * @source method.md, section 7.
 */
export function linearConstant(ratio: number, { scale, peak = 0.5 }: ScheduleParameters): number {
  return ratio < peak ? 1 + (scale - 1) * (ratio / peak) : scale;
}
