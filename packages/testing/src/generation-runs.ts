import type { Fixture } from './fixture';

/**
 * One generation that a fixture stores, with the published names of its arguments.
 *
 * @typeParam ScheduleName names of guidance schedules; those of the generator, which this package must not import.
 */
export interface GenerationRun<ScheduleName extends string> {
  readonly args: {
    readonly cfg_scale: number;
    readonly cfg_schedule?: ScheduleName;
    readonly cfg_interval?: number;
    readonly cfg_schedule_kwargs?: {
      readonly window_start?: number;
      readonly window_end?: number;
      readonly peak?: number;
      readonly min_cfg_scale?: number;
      readonly num_steps?: number;
    };
  };
  readonly forward_passes: number;
  readonly tokens_per_step: readonly number[];
  readonly batch_per_forward: readonly number[];
}

/** Arguments of the published transformer, which are its flat config. */
export function modelArgsOf({ config }: Fixture): unknown {
  const overrides: Readonly<Record<string, unknown>> = config.reference.overrides ?? {};
  return overrides.model_args;
}

/** The runs of a fixture; what else stands there are facts about all of them. */
export function runsOf<ScheduleName extends string>({
  config,
}: Fixture): [string, GenerationRun<ScheduleName>][] {
  const entries = Object.entries(
    config.reference.runs as Readonly<Record<string, GenerationRun<ScheduleName> | number | object>>,
  );
  return entries.flatMap(([name, run]) => (typeof run === 'object' && 'args' in run ? [[name, run]] : []));
}

/** A run's arguments as options of `Generator.generate`, greedy. */
export function optionsOf<ScheduleName extends string>(name: string, { args }: GenerationRun<ScheduleName>) {
  const { window_start, window_end, peak, min_cfg_scale, num_steps } = args.cfg_schedule_kwargs ?? {};
  return {
    topK: 1,
    guidanceScale: args.cfg_scale,
    guidanceInterval: args.cfg_interval,
    guidanceSchedule: {
      name: args.cfg_schedule ?? ('constant' as const),
      start: window_start,
      end: window_end,
      peak,
      minScale: min_cfg_scale,
      numSteps: num_steps,
    },
    publishedPositions: !name.startsWith('fixedpos_'),
  };
}
