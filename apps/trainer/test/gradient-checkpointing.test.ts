import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { lossesOf, trainerFolder } from './run-trainer';

/** Two processes and a worker, seconds each to start on a machine that is busy with other work. */
const MINUTES = 240_000;
const STEPS = 6;

/** What a log holds of a step beside the numbers of its training. */
const timeless = (line: string): object => ({
  ...(JSON.parse(line) as object),
  picturesPerSecond: 0,
  dataWait: 0,
});

describe('training.gradient_checkpointing', { timeout: MINUTES }, () => {
  const { at, run } = trainerFolder();

  it('gives the log and the model of a run without it, also where processes share the steps', async () => {
    const options = ['--json', `training.max_train_steps=${STEPS}`, 'training.gradient_accumulation_steps=2'];
    const plain = run('plain', ...options);
    const spared = run('spared', ...options, 'training.gradient_checkpointing=True', 'training.workers=2');
    await plain.ended;
    const { code, stderr } = await spared.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(spared.events[0]!.workers).toHaveLength(1);
    expect(lossesOf(plain.events).size).toBe(STEPS);

    const logOf = async (output: string): Promise<object[]> =>
      (await readFile(at(output, 'log.jsonl'), 'utf8')).trimEnd().split('\n').map(timeless);
    expect(await logOf('spared')).toEqual(await logOf('plain'));
    expect(await readFile(at('spared', 'model', 'model.safetensors'))).toEqual(
      await readFile(at('plain', 'model', 'model.safetensors')),
    );
  });
});
