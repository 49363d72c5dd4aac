import type { ScheduleParameters } from './guidance-schedule';

/**
 * Rises from 1 to the scale along half a cosine.
 *
 * @source method.md, section 7. The published code has the formula but fails before it comes to it.
 */
export function cosine(ratio: number, { scale }: ScheduleParameters): number {
  return 1 + ((scale - 1) * (1 - Math.cos(Math.PI * ratio))) / 2;
}
