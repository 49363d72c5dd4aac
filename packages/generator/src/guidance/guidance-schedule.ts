/** What a guidance schedule needs to know. */
export interface ScheduleParameters {
  /** The scale that the schedule reaches, above 1. */
  readonly scale: number;
  /** Ratio from which `rectangular` (0.05 when left out) and `step` (0.25) reach the scale. */
  readonly start?: number;
  /** Ratio up to which `rectangular` keeps the scale; 1 when left out. */
  readonly end?: number;
  /** Ratio at which `triangular` and `linear_constant` reach the scale; 0.5 when left out. */
  readonly peak?: number;
  /** Scale of `rectangular` and `step` where they do not guide; 1.0001 when left out or 1. */
  readonly minScale?: number;
}

/**
 * The guidance scale of one forward pass.
 *
 * @param ratio how far generation has come, 0 at the class; see `guidanceRatios`.
 * @returns g of logits = u + (c - u) · g, with c the logits of the class and u those without one.
 */
export type GuidanceSchedule = (ratio: number, parameters: ScheduleParameters) => number;

/** Published schedules add this, so that a scale which should be 1 still reads as guided. */
export const SCALE_OFFSET = 1e-4;

/** The scale outside a window. */
export function scaleOutside({ minScale = 1 }: ScheduleParameters): number {
  return minScale === 1 ? 1 + SCALE_OFFSET : minScale;
}
