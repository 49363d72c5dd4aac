import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';
import { bench } from './bench';

const folder = temporaryFolder();

describe('bench', () => {
  it('times a block, both models, passes and a training step, with the ratio to stock tfjs-wasm', async () => {
    const model = await saveTinyModel(join(folder, 'model'));
    const generator = await saveTinyGenerator(join(folder, 'generator'));
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const block = { latents: 4, side: 2, width: 16, heads: 2 };
    const passes = { n_layer: 1, n_head: 2, dim: 16, vocab_size: 32, block_size: 16, num_classes: 3 };
    const training = { width: 16, layers: 3, heads: 2, batch: 2, workers: 1, steps: 1 };
    const tensorsBefore = tf.memory().numTensors;
    await bench({ model, generator, backend: 'auto', json: true }, { block, passes, training });
    const text = String(write.mock.calls[0]![0]);
    write.mockRestore();
    expect(tf.memory().numTensors).toBe(tensorsBefore);

    const { rows } = JSON.parse(text) as {
      rows: {
        name: string;
        milliseconds: number;
        ratio: number;
        against: string;
        picturesPerSecond?: number;
        megabytes?: number;
      }[];
    };
    expect(rows.map(({ name }) => name)).toEqual([
      'generation, 0M parameters, guidance, 6 passes',
      'generation, 0M parameters, guidance, 16 passes',
      'ViT block, forward',
      'ViT block, forward and backward',
      'ViT block, forward and backward',
      'tokenizer, encode one picture',
      'tokenizer, decode one picture',
      'generator, one picture with guidance',
      'generator, 4 pictures with guidance',
      'generator, 16 pictures with guidance',
      expect.stringMatching(/^training step, 0\.\d+M parameters, batch 2, processes: 1$/),
    ]);
    expect(rows.every(({ milliseconds }) => milliseconds > 0)).toBe(true);
    const comparedTo = (against: string): typeof rows => rows.filter((row) => row.against === against);
    expect(comparedTo('stock tfjs-wasm')).toHaveLength(7);
    expect(comparedTo('plain operations, stock tfjs-wasm')).toHaveLength(1);
    expect(comparedTo('token by token (16 passes)')).toMatchObject([{ name: rows[0]!.name }]);
    expect(rows[0]!.megabytes).toBeGreaterThan(0);
    for (const { ratio } of rows.filter(({ against }) => against !== undefined)) {
      expect(ratio).toBeGreaterThan(0);
    }
    const four = rows[8]!;
    expect(four.picturesPerSecond).toBeCloseTo(4000 / four.milliseconds, 6);
  });
});
