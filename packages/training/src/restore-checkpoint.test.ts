import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '@restok/core';
import { expectClose, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rampDataset, temporaryFolder, tinyTrainingConfig } from '../test/tiny-training';
import { saveCheckpoint } from './checkpoint';
import { checkpoints } from './checkpoint-folder';
import { restoreNewestCheckpoint } from './restore-checkpoint';
import type { TrainStepReport } from './tokenizer-trainer';
import { TokenizerTrainer } from './tokenizer-trainer';

/** Warm-up, revival, accumulation, nested dropout: all that a resumed run has to go on with. */
const settings = [
  'lr_scheduler.scheduler=cosine',
  'lr_scheduler.params.warmup_steps=2',
  'training.gradient_accumulation_steps=2',
  'training.unquantized_steps=2',
  'training.code_revival_steps=4',
];

describe('restoreNewestCheckpoint', () => {
  const at = temporaryFolder();
  const made: TokenizerTrainer[] = [];

  beforeEach(() => useTestBackend('restok-node'));
  afterEach(() => made.splice(0).forEach((trainer) => trainer.dispose()));

  function trainerOf(...overrides: string[]): TokenizerTrainer {
    const trainer = new TokenizerTrainer(tinyTrainingConfig(...settings, ...overrides), rampDataset());
    made.push(trainer);
    return trainer;
  }

  async function train(trainer: TokenizerTrainer, steps: number): Promise<TrainStepReport[]> {
    const reports: TrainStepReport[] = [];
    for (let i = 0; i < steps; i++) {
      reports.push(await trainer.next());
    }
    return reports;
  }

  it('gives nothing where there is nothing', async () => {
    expect(await restoreNewestCheckpoint(trainerOf(), at('nowhere'))).toBeUndefined();
  });

  it.each([2, 3])('resumes after step %s of 6 with the same losses and bits', async (stop) => {
    const folder = at(`resume-${stop}`);
    const straight = trainerOf();
    const expected = await train(straight, 6);
    const stopped = trainerOf();
    await train(stopped, stop);
    await saveCheckpoint(stopped, folder, 2);

    const resumed = trainerOf();
    const restored = await restoreNewestCheckpoint(resumed, folder);
    expect(restored).toEqual({ step: stop, path: join(folder, `checkpoint-${stop}`), skipped: [] });
    expect(await train(resumed, 6 - stop)).toEqual(expected.slice(stop));
    expect(resumed.state).toEqual(straight.state);
    resumed.parameters.forEach(([name, { value }], i) => {
      expectClose(value, straight.parameters[i]![1].value, 0, name);
      expectClose(resumed.movingWeights!.average(name), straight.movingWeights!.average(name), 0, name);
      expectClose(
        resumed.optimizer.momentsOf(name).variance,
        straight.optimizer.momentsOf(name).variance,
        0,
        name,
      );
    });
  });

  it('removes what a killed process left half-written', async () => {
    const folder = at('killed');
    await mkdir(join(folder, 'unfinished-checkpoint-7-1234'), { recursive: true });
    await saveCheckpoint(trainerOf(), folder, 2);
    await restoreNewestCheckpoint(trainerOf(), folder);
    expect(await readdir(folder)).toEqual(['checkpoint-0']);
  });

  it('reads a checkpoint without checksums', async () => {
    const folder = at('unsigned');
    const trainer = trainerOf();
    const path = await saveCheckpoint(trainer, folder, 2);
    await writeFile(join(path, 'state.json'), JSON.stringify(trainer.state));
    expect((await restoreNewestCheckpoint(trainerOf(), folder))?.step).toBe(0);
  });

  it('leaves no tensors behind', async () => {
    await saveCheckpoint(trainerOf(), at('tensors'), 2);
    const trainer = trainerOf();
    expect(await tensorsLeftBy(() => restoreNewestCheckpoint(trainer, at('tensors')))).toBe(0);
  });

  describe('where the newest is damaged', () => {
    /** Two checkpoints, of steps 1 and 2. */
    beforeAll(async () => {
      await useTestBackend('restok-node');
      const trainer = trainerOf();
      for (let step = 1; step <= 2; step++) {
        await trainer.next();
        await saveCheckpoint(trainer, at('whole'), 2);
      }
    });

    const half = async (path: string): Promise<void> => {
      await truncate(path, (await readFile(path)).length >> 1);
    };
    const flipBit = async (path: string): Promise<void> => {
      const bytes = await readFile(path);
      bytes[bytes.length - 3]! ^= 1;
      await writeFile(path, bytes);
    };
    const damages: [string, (path: string) => Promise<void>][] = [
      ['the model is half there', (path) => half(join(path, 'model.safetensors'))],
      ['the optimizer is half there', (path) => half(join(path, 'optimizer.safetensors'))],
      ['a bit of a weight is flipped', (path) => flipBit(join(path, 'model.safetensors'))],
      ['a bit of a moment is flipped', (path) => flipBit(join(path, 'optimizer.safetensors'))],
      ['the average is missing', (path) => rm(join(path, 'ema_model'), { recursive: true })],
      ['the state is half there', (path) => half(join(path, 'state.json'))],
      ['the state is missing', (path) => rm(join(path, 'state.json'))],
      ['the config is empty', (path) => truncate(join(path, 'config.json'), 0)],
    ];

    it.each(damages)('takes the one before when %s', async (name, damage) => {
      const folder = at(name);
      await cp(at('whole'), folder, { recursive: true });
      await damage(join(folder, 'checkpoint-2'));
      const trainer = trainerOf();
      const restored = await restoreNewestCheckpoint(trainer, folder);
      expect(restored).toMatchObject({ step: 1, skipped: [{ path: join(folder, 'checkpoint-2') }] });
      expect(restored!.skipped[0]!.problem).not.toBe('');

      const expected = trainerOf();
      await restoreNewestCheckpoint(expected, await onlyFirst(`${name}, first only`));
      trainer.parameters.forEach(([parameter, { value }], i) => {
        expectClose(value, expected.parameters[i]![1].value, 0, parameter);
      });
      expect(trainer.state).toEqual(expected.state);
    });

    async function onlyFirst(name: string): Promise<string> {
      await cp(at('whole', 'checkpoint-1'), at(name, 'checkpoint-1'), { recursive: true });
      return at(name);
    }

    it('throws in one line when all are damaged, rather than starting anew', async () => {
      const folder = at('all damaged');
      await cp(at('whole'), folder, { recursive: true });
      await half(join(folder, 'checkpoint-1', 'state.json'));
      await half(join(folder, 'checkpoint-2', 'model.safetensors'));
      const restored = restoreNewestCheckpoint(trainerOf(), folder);
      await expect(restored).rejects.toThrow(CheckpointError);
      await expect(restored).rejects.toThrow(/none of 2 .*model\.safetensors is damaged/);
    });

    it('says what does not fit when the config is another', async () => {
      const wider = trainerOf('model.vq_model.codebook_size=32');
      await expect(restoreNewestCheckpoint(wider, at('whole'))).rejects.toThrow(
        'quantize.embedding.weight is [16, 4], expected [32, 4]',
      );
    });
  });
});

describe('checkpoints', () => {
  const at = temporaryFolder();

  it('lists steps in numeric order, without what is unfinished or something else', async () => {
    for (const name of ['checkpoint-10', 'checkpoint-9', 'unfinished-checkpoint-11-1', 'checkpoint-x']) {
      await mkdir(at(name));
    }
    expect(await checkpoints(at())).toEqual([
      { step: 9, path: at('checkpoint-9') },
      { step: 10, path: at('checkpoint-10') },
    ]);
  });
});
