export type { GuidanceSchedule, ScheduleParameters } from './guidance-schedule';
export { guidanceSchedules } from './guidance-schedules';
export type { GuidanceScheduleName } from './guidance-schedules';
export { firstLatents, guidanceRatios } from './guidance-ratios';
export type { PassPlan } from './guidance-ratios';
export { guidanceScales } from './guidance-scales';
export type { GuidanceOptions, GuidanceScheduleOptions } from './guidance-scales';
