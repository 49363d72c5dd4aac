import type { TimingProgress } from '../engine/engine-api';
import { duration } from '../state/quantities';

/** What one picture takes by levels and one latent at a time, both measured on this device. */
export function PassClock({
  levels,
  single,
}: {
  readonly levels: TimingProgress | undefined;
  readonly single: TimingProgress | undefined;
}) {
  const isMeasured = single !== undefined && single.done === single.total && levels !== undefined;
  const longest = Math.max(levels?.milliseconds ?? 0, single?.milliseconds ?? 0, 1);
  return (
    <section class="card clock" aria-label="Time for one picture">
      <h2>One picture, measured here</h2>
      <ClockRow name="Level by level" timing={levels} longest={longest} />
      <ClockRow name="One latent at a time" timing={single} longest={longest} />
      <p class="quiet" data-testid="clock">
        {isMeasured
          ? `The same network takes ${(single.milliseconds / levels.milliseconds).toFixed(1)} times as long when it predicts one latent a pass.`
          : levels === undefined
            ? 'Measured after the first run.'
            : 'Measuring…'}
      </p>
    </section>
  );
}

function ClockRow({
  name,
  timing,
  longest,
}: {
  readonly name: string;
  readonly timing: TimingProgress | undefined;
  readonly longest: number;
}) {
  return (
    <div class="clock-row">
      <span>{name}</span>
      <span class="quiet">
        {timing === undefined
          ? '–'
          : `${timing.done} of ${timing.total} passes, ${duration(timing.milliseconds)}`}
      </span>
      <span class="clock-bar" style={{ '--share': (timing?.milliseconds ?? 0) / longest }} />
    </div>
  );
}
