import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Random } from '@restok/core';
import { runsEverything } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { lossesOf, trainerFolder } from './run-trainer';
import type { TrainerEvent } from './run-trainer';

/** More than can be done between the kills of one run. */
const STEPS = runsEverything ? 80 : 60;
const SAVE_EVERY = 3;
const KILLS_PER_RUN = runsEverything ? 5 : 3;
/** A kill comes after up to so many steps and then up to so many milliseconds: in a step, in a save, between. */
const STEPS_BEFORE_KILL = 6;
const DELAY_BEFORE_KILL = 40;

/** Up to thirteen processes, a second each to start, and many seconds on a machine that is busy with other work. */
const MINUTES = 480_000;

describe('a run killed at random moments', () => {
  const { at, run } = trainerFolder();
  // Several threads decode, whose pictures come in any order.
  const start = (output: string) =>
    run(output, '--json', `training.max_train_steps=${STEPS}`, 'dataset.params.num_workers_per_gpu=3');

  async function killedRun(output: string, seed: number): Promise<TrainerEvent[]> {
    const random = new Random(seed);
    const all: TrainerEvent[] = [];
    let done = 0;
    for (let i = 0; i <= KILLS_PER_RUN; i++) {
      const { child, ended, events, next } = start(output);
      await next('start');
      if (i < KILLS_PER_RUN) {
        for (let step = random.integer(STEPS_BEFORE_KILL + 1); step > 0; step--) {
          await next('step');
        }
        await setTimeout(random.integer(DELAY_BEFORE_KILL));
        child.kill('SIGKILL');
      }
      const { code, signal, stderr } = await ended;
      expect({ code, signal, stderr }).toEqual(
        i < KILLS_PER_RUN
          ? { code: null, signal: 'SIGKILL', stderr: '' }
          : { code: 0, signal: null, stderr: '' },
      );
      const { startStep, skipped } = events[0]!;
      expect(skipped).toEqual([]);
      expect(startStep).toBeGreaterThanOrEqual(done - SAVE_EVERY);
      done = Math.max(startStep, ...lossesOf(events).keys());
      all.push(...events);
    }
    return all;
  }

  it(
    'loses at most the steps since its last checkpoint and gives the numbers of an uninterrupted one',
    { timeout: MINUTES },
    async () => {
      const straight = start('straight');
      const killed = [killedRun('killed-1', 1), killedRun('killed-2', 2)];
      await straight.ended;
      const expected = lossesOf(straight.events);
      expect(expected.size).toBe(STEPS);
      const logOf = async (output: string): Promise<string> =>
        (await readFile(at(output, 'log.jsonl'), 'utf8')).replaceAll(
          /"(picturesPerSecond|dataWait)":[\d.]+/g,
          '',
        );
      for (const [i, events] of (await Promise.all(killed)).entries()) {
        for (const { event, step, totalLoss } of events) {
          expect(event === 'step' ? totalLoss : expected.get(step), `step ${step}`).toBe(expected.get(step));
        }
        const output = `killed-${i + 1}`;
        expect(await logOf(output)).toBe(await logOf('straight'));
        expect(await readFile(at(output, 'model', 'model.safetensors'))).toEqual(
          await readFile(at('straight', 'model', 'model.safetensors')),
        );
      }
    },
  );
});
