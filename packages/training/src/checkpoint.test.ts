import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { CheckpointError } from '@restok/core';
import type * as HubNode from '@restok/hub/node';
import { ResTok } from '@restok/tokenizer';
import { expectClose, tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rampDataset, temporaryFolder, tinyTrainingConfig } from '../test/tiny-training';
import { saveCheckpoint } from './checkpoint';
import { NonFiniteError } from './non-finite';
import { TokenizerTrainer } from './tokenizer-trainer';

/** A disk that is full from a certain file on. */
const disk = vi.hoisted(() => ({ fullAt: '' }));

vi.mock('@restok/hub/node', async (importOriginal) => {
  const original = await importOriginal<typeof HubNode>();
  const refuse = (path: string): void => {
    if (disk.fullAt !== '' && path.endsWith(disk.fullAt)) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
  };
  return {
    ...original,
    saveModel: async (...args: Parameters<typeof original.saveModel>) => {
      refuse(args[0]);
      await original.saveModel(...args);
    },
    writeSafetensors: async (...args: Parameters<typeof original.writeSafetensors>) => {
      refuse(args[0]);
      await original.writeSafetensors(...args);
    },
  };
});

describe('saveCheckpoint', () => {
  const at = temporaryFolder();
  let trainer: TokenizerTrainer;

  beforeEach(async () => {
    await useTestBackend('restok-node');
    trainer = new TokenizerTrainer(tinyTrainingConfig(), rampDataset());
  });

  afterEach(() => {
    trainer.dispose();
    disk.fullAt = '';
  });

  it('writes the model, its average, the optimizer and the state, and nothing else', async () => {
    await trainer.next();
    const path = await saveCheckpoint(trainer, at('all'), 2);
    expect(path).toBe(at('all', 'checkpoint-1'));
    expect(await readdir(at('all'))).toEqual(['checkpoint-1']);
    expect((await readdir(path)).sort()).toEqual([
      'config.json',
      'ema_model',
      'model.safetensors',
      'optimizer.safetensors',
      'state.json',
    ]);
    const state = JSON.parse(await readFile(join(path, 'state.json'), 'utf8')) as object;
    expect(state).toMatchObject({ ...trainer.state, step: 1 });
    expect(state).toHaveProperty(['sha256', 'ema_model/model.safetensors']);
  });

  it('writes folders that a tokenizer loads from', async () => {
    await trainer.next();
    await trainer.next();
    const path = await saveCheckpoint(trainer, at('models'), 2);
    const [model, averaged] = [
      await ResTok.fromPretrained(path),
      await ResTok.fromPretrained(join(path, 'ema_model')),
    ];
    const [values, averages] = [model, averaged].map((loaded) => new Map(loaded.namedParameters()));
    for (const [name, { value }] of trainer.parameters) {
      expectClose(values!.get(name)!.value, value, 0, name);
      expectClose(averages!.get(name)!.value, trainer.movingWeights!.average(name), 0, name);
    }
    model.dispose();
    averaged.dispose();
  });

  it('keeps the newest checkpoints only', async () => {
    for (let step = 1; step <= 4; step++) {
      await trainer.next();
      await saveCheckpoint(trainer, at('newest'), 2);
    }
    expect((await readdir(at('newest'))).sort()).toEqual(['checkpoint-3', 'checkpoint-4']);
  });

  it('replaces one of the same step and removes those of later steps, which were passed over', async () => {
    for (const name of ['checkpoint-0', 'checkpoint-9']) {
      await mkdir(at('later', name), { recursive: true });
    }
    await saveCheckpoint(trainer, at('later'), 1);
    expect(await readdir(at('later'))).toEqual(['checkpoint-0']);
    expect(existsSync(at('later', 'checkpoint-0', 'state.json'))).toBe(true);
  });

  it.each(['model', 'optimizer.safetensors', 'ema_model'])(
    'keeps the old checkpoint when the disk is full at %s',
    async (file) => {
      const folder = at(`full-${file}`);
      await saveCheckpoint(trainer, folder, 1);
      await trainer.next();
      disk.fullAt = file === 'model' ? `unfinished-checkpoint-1-${process.pid}` : file;
      await expect(saveCheckpoint(trainer, folder, 1)).rejects.toThrow(CheckpointError);
      await expect(saveCheckpoint(trainer, folder, 1)).rejects.toThrow(/checkpoint-1 could not be.*ENOSPC/);
      expect(await readdir(folder)).toEqual(['checkpoint-0']);
      disk.fullAt = '';
      await saveCheckpoint(trainer, folder, 1);
      expect(await readdir(folder)).toEqual(['checkpoint-1']);
    },
  );

  it('refuses weights that could not be loaded, and keeps the old checkpoint', async () => {
    const folder = at('diverged');
    await saveCheckpoint(trainer, folder, 1);
    await trainer.next();
    const [name, weight] = trainer.parameters[3]!;
    weight.replace(tensor(Float32Array.from(weight.value.dataSync()).fill(Infinity), weight.value.shape));
    const saved = saveCheckpoint(trainer, folder, 1);
    await expect(saved).rejects.toThrow(NonFiniteError);
    await expect(saved).rejects.toMatchObject({ tensorName: name });
    expect(await readdir(folder)).toEqual(['checkpoint-0']);
  });

  it('leaves no tensors behind', async () => {
    expect(await tensorsLeftBy(() => saveCheckpoint(trainer, at('tensors'), 1))).toBe(0);
  });
});
