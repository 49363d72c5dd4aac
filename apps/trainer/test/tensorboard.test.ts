import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ReadEvent } from './read-events';
import { readEvents } from './read-events';
import { trainerFolder } from './run-trainer';

/** A process takes a second to start, and many on a machine that is busy with other work. */
const MINUTES = 240_000;
const STEPS = 8;

/** Events of a folder by TensorBoard's rule: a start drops what was read of its step and later ones. */
function shownEvents(folder: string): ReadEvent[] {
  let shown: ReadEvent[] = [];
  for (const name of readdirSync(folder).sort()) {
    for (const event of readEvents(`${folder}/${name}`).events) {
      shown = event.session === 1 ? shown.filter(({ step }) => step < event.step) : [...shown, event];
    }
  }
  return shown.filter(({ version }) => version === undefined);
}

/** Numbers by tag and step. */
function scalarsOf(events: readonly ReadEvent[]): Map<string, number> {
  return new Map(
    events.flatMap(({ step, scalars }) =>
      Object.entries(scalars).map(([tag, value]): [string, number] => [`${tag} at ${step}`, value]),
    ),
  );
}

describe('event files of a run', { timeout: MINUTES }, () => {
  const { at, run } = trainerFolder();
  const train = (output: string) =>
    run(
      output,
      '--json',
      `training.max_train_steps=${STEPS}`,
      'experiment.generate_every=4',
      'experiment.eval_every=4',
    );

  it('hold every number of the log once, and the samples, after a kill and a resumption', async () => {
    const killed = train('run');
    for (let step = 0; step < 5; step++) {
      await killed.next('step');
    }
    killed.child.kill('SIGKILL');
    await killed.ended;
    const { code, stderr } = await train('run').ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const folder = at('run', 'tensorboard');
    expect(readdirSync(folder)).toHaveLength(2);
    const events = shownEvents(folder);
    const scalars = scalarsOf(events);
    const lines = readFileSync(at('run', 'log.jsonl'), 'utf8').trimEnd().split('\n');
    let numbers = 0;
    for (const line of lines) {
      const { step, evaluation, ...report } = JSON.parse(line) as {
        step: number;
        evaluation?: { psnr: Record<string, number>; codebookUsage: number; codebookEntropy: number };
        [key: string]: unknown;
      };
      const written: [string, unknown][] =
        evaluation === undefined
          ? Object.entries(report).map(([key, value]) => [`train/${key}`, value])
          : [
              ...Object.entries(evaluation.psnr).map(([kept, value]): [string, number] => [
                `evaluation/psnr/${kept}`,
                value,
              ]),
              ['evaluation/codebookUsage', evaluation.codebookUsage],
              ['evaluation/codebookEntropy', evaluation.codebookEntropy],
              ['evaluation/count', 5],
            ];
      for (const [tag, value] of written) {
        expect(scalars.get(`${tag} at ${step}`), `${tag} at ${step}`).toBe(Math.fround(Number(value)));
        numbers += 1;
      }
    }
    expect(scalars.size).toBe(numbers);
    expect(lines).toHaveLength(STEPS + 2);

    const pictures = events.flatMap(({ step, pictures: { samples } }) =>
      samples === undefined ? [] : [{ step, ...samples }],
    );
    expect(pictures.map(({ step }) => step)).toEqual([4, 8]);
    const newest = pictures.at(-1)!;
    expect(newest.png).toEqual(readFileSync(at('run', 'samples', 'step-0000008.png')));
    expect([newest.width, newest.height]).toEqual([newest.png.readUInt32BE(16), newest.png.readUInt32BE(20)]);
  });
});
