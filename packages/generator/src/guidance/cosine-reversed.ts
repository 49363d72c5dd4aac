import type { ScheduleParameters } from './guidance-schedule';

/**
 * Falls from the scale to 1 along half a cosine (`cosine_re`).
 *
 * @source method.md, section 7. The published code has the formula but fails before it comes to it.
 */
export function cosineReversed(ratio: number, { scale }: ScheduleParameters): number {
  return 1 + ((scale - 1) * (1 + Math.cos(Math.PI * ratio))) / 2;
}
