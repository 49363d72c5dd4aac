import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel } from '../../test/tiny-model';
import { bench } from './bench';

const folder = temporaryFolder();

describe('bench', () => {
  it('times a block, a training step and a tokenizer, with the ratio to stock tfjs-wasm', async () => {
    const model = await saveTinyModel(join(folder, 'model'));
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const block = { latents: 4, side: 2, width: 16, heads: 2 };
    const training = { width: 16, layers: 3, heads: 2, batch: 2, workers: 1, steps: 1 };
    const tensorsBefore = tf.memory().numTensors;
    await bench({ model, backend: 'auto', json: true }, { block, training });
    const text = String(write.mock.calls[0]![0]);
    write.mockRestore();
    expect(tf.memory().numTensors).toBe(tensorsBefore);

    const { rows } = JSON.parse(text) as {
      rows: { name: string; milliseconds: number; ratio: number; against: string }[];
    };
    expect(rows.map(({ name }) => name)).toEqual([
      'ViT block, forward',
      'ViT block, forward and backward',
      'tokenizer, encode one picture',
      'tokenizer, decode one picture',
      expect.stringMatching(/^training step, 0\.\d+M parameters, batch 2, processes: 1$/),
    ]);
    expect(rows.every(({ milliseconds }) => milliseconds > 0)).toBe(true);
    for (const { ratio, against } of rows.filter(({ name }) => !name.startsWith('training'))) {
      expect(ratio).toBeGreaterThan(0);
      expect(against).toBe('stock tfjs-wasm');
    }
  });
});
