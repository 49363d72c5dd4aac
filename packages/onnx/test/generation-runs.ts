import type { Fixture } from '@restok/testing';
import type { GenerateOptions, GuidanceScheduleName } from '@restok/generator';

/** One generation that a fixture stores, with the published names of its arguments. */
export interface Run {
  readonly args: {
    readonly cfg_scale: number;
    readonly cfg_schedule?: GuidanceScheduleName;
    readonly cfg_interval?: number;
    readonly cfg_schedule_kwargs?: {
      readonly window_start?: number;
      readonly window_end?: number;
      readonly peak?: number;
      readonly min_cfg_scale?: number;
      readonly num_steps?: number;
    };
  };
}

/** Arguments of the published transformer, which are its flat config. */
export function modelArgsOf({ config }: Fixture): unknown {
  const overrides: Readonly<Record<string, unknown>> = config.reference.overrides ?? {};
  return overrides.model_args;
}

/** The runs of a fixture; what else stands there are facts about all of them. */
export function runsOf({ config }: Fixture): [string, Run][] {
  const entries = Object.entries(config.reference.runs as Readonly<Record<string, Run | number | object>>);
  return entries.flatMap(([name, run]) => (typeof run === 'object' && 'args' in run ? [[name, run]] : []));
}

/** A run's arguments as options here, greedy. */
export function optionsOf(name: string, { args }: Run): GenerateOptions {
  const { window_start, window_end, peak, min_cfg_scale, num_steps } = args.cfg_schedule_kwargs ?? {};
  return {
    topK: 1,
    guidanceScale: args.cfg_scale,
    guidanceInterval: args.cfg_interval,
    guidanceSchedule: {
      name: args.cfg_schedule ?? 'constant',
      start: window_start,
      end: window_end,
      peak,
      minScale: min_cfg_scale,
      numSteps: num_steps,
    },
    publishedPositions: !name.startsWith('fixedpos_'),
  };
}
