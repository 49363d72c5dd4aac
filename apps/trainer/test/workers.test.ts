import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exchangePlaces } from '../src/exchange-folder';
import { lossesOf, trainerFolder } from './run-trainer';
import type { TrainerProcess } from './run-trainer';

/** A process takes a second to start, and many on a machine that is busy with other work. */
const MINUTES = 240_000;

/** Exchange folders that a process has made. */
function foldersOf({ child }: TrainerProcess): string[] {
  const prefix = `restok-trainer-${hostname()}-${child.pid}-`;
  return exchangePlaces()
    .filter((place) => existsSync(place))
    .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
    .filter((path) => path.includes(prefix));
}

/** The process number of the only worker. */
function workerOf({ events }: TrainerProcess): number {
  expect(events[0]!.workers).toHaveLength(1);
  return events[0]!.workers[0]!;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function eventually(holds: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !holds(); i++) {
    await setTimeout(50);
  }
  return holds();
}

describe('training.workers', { timeout: MINUTES }, () => {
  const { at, run } = trainerFolder();
  const accumulate = 'training.gradient_accumulation_steps=3';
  const forEver = 'training.max_train_steps=100000';

  it('gives the losses and the model of one process, and leaves no folder', async () => {
    const alone = run('alone', '--json', accumulate, 'training.max_train_steps=8');
    const together = run(
      'together',
      '--json',
      accumulate,
      'training.max_train_steps=8',
      'training.workers=2',
    );
    await alone.ended;
    const { code, stderr } = await together.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lossesOf(together.events)).toEqual(lossesOf(alone.events));
    expect(lossesOf(alone.events).size).toBe(8);
    expect(await readFile(at('together', 'model', 'model.safetensors'))).toEqual(
      await readFile(at('alone', 'model', 'model.safetensors')),
    );
    expect(foldersOf(together)).toEqual([]);
  });

  it('stops on SIGINT with a checkpoint and without its folder', async () => {
    const trainer = run('stopped', '--json', accumulate, forEver, 'training.workers=2');
    await trainer.next('step');
    expect(foldersOf(trainer)).toHaveLength(1);
    trainer.child.kill('SIGINT');
    const { code, stderr } = await trainer.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(trainer.events.at(-1)).toMatchObject({ event: 'save' });
    expect(foldersOf(trainer)).toEqual([]);
  });

  describe('when a process is killed', () => {
    it('stops in one line without its folder when it was a worker; the checkpoint stays', async () => {
      const trainer = run('orphan', '--json', accumulate, forEver, 'training.workers=2');
      await trainer.next('save');
      process.kill(workerOf(trainer), 'SIGKILL');
      const { code, stderr } = await trainer.ended;
      expect(code).toBe(1);
      expect(stderr).toBe('train: a worker process ended (SIGKILL). Resume, or set training.workers=1.\n');
      expect(foldersOf(trainer)).toEqual([]);
      expect(readdirSync(at('orphan', 'checkpoints')).length).toBeGreaterThan(0);
    });

    it('ends the worker, which removes the folder, when it was the parent', async () => {
      const trainer = run('parent', '--json', accumulate, forEver, 'training.workers=2');
      await trainer.next('step');
      const worker = workerOf(trainer);
      trainer.child.kill('SIGKILL');
      await trainer.ended;
      expect(await eventually(() => !isAlive(worker))).toBe(true);
      expect(foldersOf(trainer)).toEqual([]);
    });

    it('does so, too, when it learns of the end only by answering', async () => {
      const trainer = run('unheard', '--json', accumulate, forEver, 'training.workers=2');
      await trainer.next('step');
      const worker = workerOf(trainer);
      // It is computing its part of the next step then.
      await setTimeout(30);
      process.kill(worker, 'SIGSTOP');
      trainer.child.kill('SIGKILL');
      expect(await eventually(() => trainer.child.signalCode !== null)).toBe(true);
      process.kill(worker, 'SIGCONT');
      await trainer.ended;
      expect(await eventually(() => !isAlive(worker))).toBe(true);
      expect(foldersOf(trainer)).toEqual([]);
    });

    it('goes on after a SIGTERM to the workers, which the parent heeds for them', async () => {
      const trainer = run('term', '--json', accumulate, forEver, 'training.workers=2');
      await trainer.next('step');
      process.kill(workerOf(trainer), 'SIGTERM');
      trainer.child.kill('SIGTERM');
      const { code, stderr } = await trainer.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });
  });

  it('removes the folder of a process that is gone at the next start, and no other', async () => {
    const gone = run('gone', 'training.max_train_steps=1');
    await gone.ended;
    const stale = mkdtempSync(join(tmpdir(), `restok-trainer-${hostname()}-${gone.child.pid}-`));
    const own = mkdtempSync(join(tmpdir(), `restok-trainer-${hostname()}-${process.pid}-`));
    await run('gone', 'training.max_train_steps=2').ended;
    expect([stale, own].map((path) => existsSync(path))).toEqual([false, true]);
    await rm(own, { recursive: true });
  });
});
