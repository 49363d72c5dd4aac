import { constant } from './constant';
import { cosine } from './cosine';
import { cosineReversed } from './cosine-reversed';
import type { GuidanceSchedule } from './guidance-schedule';
import { linear } from './linear';
import { linearConstant } from './linear-constant';
import { linearReversed } from './linear-reversed';
import { rectangular } from './rectangular';
import { step } from './step';
import { triangular } from './triangular';

/** Guidance schedules by their published names; the published result uses `step`. */
export const guidanceSchedules = {
  constant,
  linear,
  linear_re: linearReversed,
  linear_constant: linearConstant,
  triangular,
  rectangular,
  step,
  cosine,
  cosine_re: cosineReversed,
} satisfies Record<string, GuidanceSchedule>;

export type GuidanceScheduleName = keyof typeof guidanceSchedules;
