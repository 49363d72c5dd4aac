import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { ResTok } from '@restok/tokenizer';
import { expectClose, FORWARD_TOLERANCE, seededTensor, tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder';
import { exportTokenizer } from '../export/export-tokenizer';
import type { ExportOptions } from '../export/model-metadata';
import { OnnxGenerator } from './onnx-generator';
import { OnnxTokenizer } from './onnx-tokenizer';

/** Rounding weights to float16 moves values by about 2^-11 of them, and a few layers add up. */
const HALF_TOLERANCE = 2e-2;

const PICTURE = 8 * 8 * 3;

async function exported(
  options?: ExportOptions,
  changes?: Readonly<Record<string, unknown>>,
): Promise<{ folder: string; source: ResTok }> {
  const folder = await temporaryFolder();
  const source = new ResTok(tinyTokenizer(changes), { seed: 2, initialization: 'variancePreserving' });
  await exportTokenizer(source, folder, options);
  return { folder, source };
}

describe('OnnxTokenizer', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('takes batches of any size, and gives what ResTok gives', async () => {
    const { folder, source } = await exported();
    const tokenizer = await OnnxTokenizer.load(folder);
    expect([...tokenizer.levelSizes]).toEqual([1, 1, 2]);
    for (const batch of [1, 3]) {
      const pixels = seededTensor(batch, batch, 8, 8, 3) as tf.Tensor4D;
      const expected = source.encode(pixels);
      const { indices, codes } = await tokenizer.encode(pixels.dataSync() as Float32Array);
      expect([...indices]).toEqual([...expected.indices.dataSync()]);
      expectClose(codes, expected.codes, FORWARD_TOLERANCE);
      const pictures = await tokenizer.decodeIndices(indices, { numKept: 2 });
      expectClose(pictures, source.decodeIndices(expected.indices, { numKept: 2 }), FORWARD_TOLERANCE);
    }
    await tokenizer.dispose();
    source.dispose();
  });

  it('takes quantisers without a learned codebook', async () => {
    const { folder, source } = await exported({}, { quantizer: 'fsq', fsq_levels: [2, 2, 2, 2] });
    const pixels = seededTensor(5, 2, 8, 8, 3) as tf.Tensor4D;
    const tokenizer = await OnnxTokenizer.load(folder);
    const { indices } = await tokenizer.encode(pixels.dataSync() as Float32Array);
    const expected = source.encode(pixels);
    expect([...indices]).toEqual([...expected.indices.dataSync()]);
    expectClose(await tokenizer.decodeIndices(indices), source.decode(expected.codes), FORWARD_TOLERANCE);
    await tokenizer.dispose();
    source.dispose();
  });

  it('takes the files that it is given, wherever they are, and says which is missing', async () => {
    const { folder, source } = await exported();
    source.dispose();
    const indices = Int32Array.of(1, 2, 3, 4);
    const fromFolder = await OnnxTokenizer.load(folder);
    const expected = await fromFolder.decodeIndices(indices);
    const asked: string[] = [];
    const given = await OnnxTokenizer.load('the model', {
      readFile: (name) => {
        asked.push(name);
        return name === 'encode.onnx' ? Promise.resolve(undefined) : readFile(join(folder, name));
      },
    });
    expect([...(await given.decodeIndices(indices))]).toEqual([...expected]);
    expect(asked).toEqual(['onnx.json', 'decode.onnx', 'decode.onnx.data']);
    await expect(given.encode(new Float32Array(PICTURE))).rejects.toThrow(
      'loadOnnx: encode.onnx of the model is missing. Export the model again, or give all of its files.',
    );
    await Promise.all([fromFolder.dispose(), given.dispose()]);
  });

  it('decodes nearly the same from float16 weights', async () => {
    const { folder, source } = await exported({ weights: 'float16' });
    const tokenizer = await OnnxTokenizer.load(folder);
    const pictures = await tokenizer.decodeIndices(Int32Array.of(1, 2, 3, 4));
    const expected = source.decodeIndices(tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32'));
    expectClose(pictures, expected, HALF_TOLERANCE);
    await tokenizer.dispose();
    source.dispose();
  });

  it('refuses values that do not fit before it computes', async () => {
    const { folder, source } = await exported();
    source.dispose();
    const tokenizer = await OnnxTokenizer.load(folder);
    await expect(tokenizer.encode(new Float32Array(PICTURE + 1))).rejects.toThrow(
      'encode: pixels must be [B, 8, 8, 3], got 193 values.',
    );
    await expect(tokenizer.decodeIndices(Int32Array.of(0, 1, 2, 16))).rejects.toThrow(
      'decodeIndices: indices must be in 0 ... 15, got 16 at position 3.',
    );
    await expect(tokenizer.decode(new Float32Array(16), { numKept: 5 })).rejects.toThrow(
      'decode: numKept must be a whole number from 0 to 4, or 1 of them, got 5.',
    );
    await expect(tokenizer.decode(new Float32Array(16), { numKept: [NaN] })).rejects.toThrow(
      'decode: numKept must be a whole number from 0 to 4, or 1 of them, got [NaN].',
    );
    await tokenizer.dispose();
  });

  it('says in one line what is wrong with a folder', async () => {
    const { folder, source } = await exported();
    source.dispose();
    const manifestPath = join(folder, 'onnx.json');
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as object;
    const messageOf = async (load: () => Promise<unknown>): Promise<string> =>
      load().then(
        () => 'loaded',
        (error: Error) => error.message,
      );
    const decodeMessage = (): Promise<string> =>
      messageOf(async () => (await OnnxTokenizer.load(folder)).prepare(['decode']));

    expect(await messageOf(() => OnnxTokenizer.load(join(folder, 'none')))).toMatch(/holds no onnx\.json\./);
    expect(await messageOf(() => OnnxGenerator.load(folder))).toMatch(
      /must hold a generator, got a tokenizer\./,
    );
    await truncate(join(folder, 'decode.onnx.data'), 100);
    expect(await decodeMessage()).toMatch(
      /^loadOnnx: decode\.onnx of [^\n]+ is no graph that ONNX Runtime loads \([^\n]+\)\. Export the model again\.$/,
    );
    await writeFile(join(folder, 'decode.onnx'), 'not a model');
    expect(await decodeMessage()).toMatch(
      /^loadOnnx: decode\.onnx of [^\n]+ is no graph that ONNX Runtime loads/,
    );
    await writeFile(join(folder, 'decode.onnx'), await readFile(join(folder, 'encode.onnx')));
    expect(await decodeMessage()).toMatch(/must take indices int32 \[batch, 4\], got pixels\./);
    await writeFile(manifestPath, JSON.stringify({ ...manifest, version: 2 }));
    expect(await decodeMessage()).toMatch(/must be of version 1, got 2\./);
    await writeFile(manifestPath, '{"format": "another"}');
    expect(await decodeMessage()).toMatch(/must be one that restok export has written/);
    await writeFile(manifestPath, '{');
    expect(await decodeMessage()).toMatch(/must be one that restok export has written/);
  });

  it('refuses weights that a graph names outside of its folder', async () => {
    const outer = await temporaryFolder();
    const folder = join(outer, 'model');
    const source = new ResTok(tinyTokenizer(), { seed: 2 });
    await exportTokenizer(source, folder);
    source.dispose();
    // As long as the name in the file.
    const [own, other] = ['decode.onnx.data', '../elsewhere.dat'];
    await copyFile(join(folder, own), join(folder, other));
    const path = join(folder, 'decode.onnx');
    const model = await readFile(path);
    for (let at = model.indexOf(own); at >= 0; at = model.indexOf(own, at)) {
      model.write(other, at, 'latin1');
    }
    await writeFile(path, model);
    const tokenizer = await OnnxTokenizer.load(folder);
    await expect(tokenizer.prepare(['decode'])).rejects.toThrow(/is no graph that ONNX Runtime loads/);
    await tokenizer.dispose();
  });
});
