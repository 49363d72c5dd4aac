import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, overrideConfig, Random } from '@restok/core';
import { writePng } from '@restok/data';
import { parseTokenizerTrainingConfig } from '@restok/training';
import type { TokenizerTrainingConfig } from '@restok/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTokenizerData } from './open-dataset';

describe('openTokenizerData', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'open-dataset-test-'));
    // A ramp from left to right, a little blue: a flip shows, and other colours do.
    const pixels = Uint8Array.from(
      { length: 20 * 16 * 3 },
      (_, i) => (Math.floor(i / 3) % 20) * 10 + (i % 3),
    );
    await writePng(join(folder, 'ramp.png'), { width: 20, height: 16, pixels });
  });
  afterAll(() => rm(folder, { recursive: true }));

  function configWith(...overrides: string[]): TokenizerTrainingConfig {
    const raw = {
      experiment: { output_dir: 'nowhere' },
      model: { vq_model: { hierarchy_stages: 1 } },
      dataset: {
        // Threads run what is built; see test/.
        params: { train_shards_path_or_url: folder, num_workers_per_gpu: 0 },
        preprocessing: { crop_size: 16 },
      },
      optimizer: { params: {} },
      lr_scheduler: { params: {} },
      training: { max_train_steps: 1 },
    };
    return parseTokenizerTrainingConfig(overrideConfig(raw, overrides));
  }

  /** How often the two ends of the first row come in another order, and how many different reads there are. */
  async function readsOf(config: TokenizerTrainingConfig): Promise<{ flipped: number; different: number }> {
    const dataset = await openTokenizerData(config, 'train');
    const reads: string[] = [];
    let flipped = 0;
    for (let seed = 0; seed < 8; seed++) {
      const values = await dataset.read([0], { random: new Random(seed) });
      flipped += values[0]! > values[15 * 3]! ? 1 : 0;
      reads.push(values.join());
    }
    return { flipped, different: new Set(reads).size };
  }

  it('opens a folder of pictures of the size of the config for both splits', async () => {
    for (const split of ['train', 'test'] as const) {
      const { size, count } = await openTokenizerData(configWith(), split);
      expect({ size, count }).toEqual({ size: 16, count: 1 });
    }
  });

  it('gives the centre as it is unless the config asks for more', async () => {
    expect(await readsOf(configWith())).toEqual({ flipped: 0, different: 1 });
  });

  it('flips and crops as the config says', async () => {
    const flips = await readsOf(configWith('dataset.preprocessing.random_flip=True'));
    expect(flips.flipped).toBeGreaterThan(0);
    expect(flips.flipped).toBeLessThan(8);
    expect(flips.different).toBe(2);
    for (const key of ['random_crop', 'random_resized_crop']) {
      const crops = await readsOf(configWith(`dataset.preprocessing.${key}=True`));
      expect(crops.flipped).toBe(0);
      expect(crops.different).toBeGreaterThan(2);
    }
  });

  it('exchanges colours as the config says', async () => {
    const colors = await readsOf(configWith('dataset.preprocessing.random_color_exchange=True'));
    expect(colors.flipped).toBe(0);
    expect(colors.different).toBeGreaterThan(1);
  });

  it('throws DataError naming a folder without pictures', async () => {
    const config = configWith(`dataset.params.train_shards_path_or_url=${folder}/missing`);
    await expect(openTokenizerData(config, 'train')).rejects.toThrow(DataError);
    await expect(openTokenizerData(config, 'train')).rejects.toThrow('missing');
  });
});
