import { describe, expect, it } from 'vitest';
import { trainerFolder } from './run-trainer';
import type { TrainerProcess } from './run-trainer';

/** A process takes a second to start, and many on a machine that is busy with other work. */
const MINUTES = 240_000;

/** Where the page of a process is, from what it prints. */
async function addressOf({ child, next }: TrainerProcess): Promise<string> {
  let text = '';
  child.stderr!.on('data', (piece: string) => (text += piece));
  await next('start');
  return /dashboard: (http:\S+)/.exec(text)![1]!;
}

describe('restok-trainer --dashboard', { timeout: MINUTES }, () => {
  const { run } = trainerFolder();

  it('serves a page that follows the run and goes with it', async () => {
    const trainer = run('watched', '--json', '--dashboard=0', 'training.max_train_steps=100000');
    const url = await addressOf(trainer);
    expect(await (await fetch(url)).text()).toContain('dashboard-page.js');
    const script = await (await fetch(`${url}dashboard-page.js`)).text();
    expect(script.length).toBeGreaterThan(50_000);
    const reader = (await fetch(`${url}events`)).body!.pipeThrough(new TextDecoderStream()).getReader();
    let told = '';
    while (!/event: entries\ndata: \[\{"step":\d+,"totalLoss"/.test(told)) {
      told += (await reader.read()).value!;
    }
    expect(told).toMatch(/"maxSteps":100000,"numParameters":\d+/);
    trainer.child.kill('SIGINT');
    expect((await trainer.ended).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says in one line what is wrong with the port', async () => {
    const { code, stderr } = await run(
      'wrong',
      'training.max_train_steps=1',
      '--dashboard',
      'training.seed=7',
    ).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^--dashboard: PORT must be 0 to 65535, got training\.seed=7\..*\n$/);
  });
});
