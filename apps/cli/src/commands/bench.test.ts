import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';
import { bench } from './bench';

const folder = temporaryFolder();

describe('bench', () => {
  it('times a block, both models, passes and a training step, with the ratio to stock tfjs-wasm and ONNX Runtime beside it', async () => {
    const model = await saveTinyModel(join(folder, 'model'));
    const generator = await saveTinyGenerator(join(folder, 'generator'));
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const block = { latents: 4, side: 2, width: 16, heads: 2 };
    const passes = { n_layer: 1, n_head: 2, dim: 16, vocab_size: 32, block_size: 16, num_classes: 3 };
    const training = { width: 16, layers: 3, heads: 2, batch: 2, workers: 1, decodingThreads: 0, steps: 1 };
    const tensorsBefore = tf.memory().numTensors;
    const machine = { side: 16, longRows: 32 };
    await bench({ model, generator, backend: 'auto', json: true }, { machine, block, passes, training });
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
        onnxMilliseconds?: number;
        gigaflops?: number;
        gigabytesPerSecond?: number;
      }[];
    };
    expect(rows.map(({ name }) => name)).toEqual([
      'machine, product of 16 x 16 matrices',
      'machine, one row times a 16 x 32 matrix',
      'generation, 0M parameters, guidance, 6 passes',
      'generation, 0M parameters, guidance, 16 passes',
      'ViT block, forward',
      'ViT block, forward and backward',
      'ViT block, forward and backward',
      'tokenizer, encode one picture',
      'tokenizer, decode one picture',
      'tokenizer, encode 8 pictures',
      'tokenizer, decode 8 pictures',
      'tokenizer, encode 32 pictures',
      'tokenizer, decode 32 pictures',
      'looking for codes, 8 pictures, 20 steps',
      'generator, one picture with guidance',
      'generator, 4 pictures with guidance',
      'generator, 8 pictures with guidance',
      'generator, 16 pictures with guidance',
      'generator, 32 pictures with guidance',
      expect.stringMatching(/^training step, 0\.\d+M parameters, batch 2, processes: 1$/),
    ]);
    expect(rows.every(({ milliseconds }) => milliseconds > 0)).toBe(true);
    const comparedTo = (against: string): typeof rows => rows.filter((row) => row.against === against);
    expect(comparedTo('stock tfjs-wasm')).toHaveLength(13);
    expect(comparedTo('plain operations, stock tfjs-wasm')).toHaveLength(1);
    expect(comparedTo('token by token (16 passes)')).toMatchObject([{ name: rows[2]!.name }]);
    expect(rows[0]!.gigaflops).toBeGreaterThan(0);
    expect(rows[1]!.gigabytesPerSecond).toBeGreaterThan(0);
    expect(rows[2]!.megabytes).toBeGreaterThan(0);
    expect(rows.filter((row) => row.onnxMilliseconds! > 0).map(({ name }) => name)).toEqual(
      rows
        .map(({ name }) => name)
        .filter((name) => /^(tokenizer|generator|generation.* 6 passes)/.test(name)),
    );
    for (const { ratio } of rows.filter(({ against }) => against !== undefined)) {
      expect(ratio).toBeGreaterThan(0);
    }
    const four = rows.find(({ name }) => name === 'generator, 4 pictures with guidance')!;
    expect(four.picturesPerSecond).toBeCloseTo(4000 / four.milliseconds, 6);
  });
});
