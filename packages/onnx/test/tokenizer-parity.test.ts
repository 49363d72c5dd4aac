import { tensor4d } from '@tensorflow/tfjs-core';
import { ResTok } from '@restok/tokenizer';
import {
  expectClose,
  fixtureNames,
  FORWARD_TOLERANCE,
  openFixture,
  tokenizerConfigOf,
  useTestBackend,
} from '@restok/testing';
import type { FixtureTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportTokenizer } from '../src/export/export-tokenizer';
import { OnnxTokenizer } from '../src/run/onnx-tokenizer';
import { round } from './rounded-weights';
import { temporaryFolder } from './temporary-folder';

/** `[B, C, H, W]` of PyTorch as `[B, H, W, C]`, and `[B, C, T]` as `[B, T, C]`. */
function channelsLast({ values, shape }: FixtureTensor): Float32Array {
  const [batch, channels, ...sides] = shape as [number, number, ...number[]];
  const pixels = sides.reduce((product, side) => product * side, 1);
  const moved = new Float32Array(values.length);
  for (let sample = 0; sample < batch; sample++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        moved[(sample * pixels + pixel) * channels + channel] =
          values[(sample * channels + channel) * pixels + pixel]!;
      }
    }
  }
  return moved;
}

/** Stored pictures hold the first sample only, in some fixtures. */
function expectPictures(actual: Float32Array, stored: FixtureTensor, name: string): void {
  const expected = channelsLast(stored);
  expectClose(actual.subarray(0, expected.length), expected, FORWARD_TOLERANCE, name);
}

describe('tokenizer parity of ONNX', () => {
  beforeAll(() => useTestBackend('cpu'));

  it.each(fixtureNames('tokenizer-'))('%s: equal indices, and the reference pictures', async (name) => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const folder = await temporaryFolder();
    const source = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
    await exportTokenizer(source, folder);
    source.dispose();

    const tokenizer = await OnnxTokenizer.load(folder, { threads: 1 });
    try {
      const { indices, codes } = await tokenizer.encode(channelsLast(io.get('image')!));
      expect([...indices]).toEqual([...io.get('quantize.indices')!.values]);
      expectPictures(codes, io.get('quantize.z_quantized')!, 'codes');
      expectPictures(await tokenizer.decode(codes), io.get('reconstruction')!, 'reconstruction');
      expectPictures(await tokenizer.decodeIndices(indices), io.get('reconstruction')!, 'from indices');
      for (const [stage, stored] of io) {
        const kept = /^reconstruction\.keep_(\d+)$/.exec(stage);
        if (kept !== null) {
          expectPictures(await tokenizer.decode(codes, { numKept: Number(kept[1]) }), stored, stage);
        }
      }
      const keepList = io.get('keep_list');
      if (keepList !== undefined) {
        const pictures = await tokenizer.decodeIndices(indices, { numKept: [...keepList.values] });
        expectPictures(pictures, io.get('reconstruction.keep_list')!, 'keep_list');
      }
    } finally {
      await tokenizer.dispose();
    }
  });

  it.each(['float16', 'int8'] as const)(
    'from %s: the indices and pictures of a model with these weights',
    async (weights) => {
      const fixture = openFixture('tokenizer-entropy');
      const folder = await temporaryFolder();
      const source = await ResTok.fromWeights(tokenizerConfigOf(fixture.config), fixture.weights());
      await exportTokenizer(source, folder, { weights });
      await round(source, weights);
      const { values, shape } = fixture.tensors('io').get('image')!;
      const pixels = channelsLast({ values, shape });
      const size = shape[2]!;
      const given = tensor4d(pixels, [shape[0]!, size, size, 3]);
      const expected = source.encode(given);
      const pictures = source.decode(expected.codes);

      const tokenizer = await OnnxTokenizer.load(folder, { threads: 1 });
      const { indices } = await tokenizer.encode(pixels);
      expect([...indices]).toEqual([...expected.indices.dataSync()]);
      expectClose(await tokenizer.decodeIndices(indices), pictures, FORWARD_TOLERANCE, weights);
      await tokenizer.dispose();
      [given, expected.indices, expected.codes, pictures].forEach((tensor) => tensor.dispose());
      source.dispose();
    },
  );
});
