import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder';
import type { WeightType } from './format/onnx-graph';
import { saveOnnx } from './save-onnx';
import { traceToOnnx } from './trace-to-onnx';
import { namedTensors } from './trace/bound-parameter';

/** x · weight, with the weight under a name. */
function productGraph(weight: tf.Tensor2D, weightType: WeightType = 'float32') {
  return traceToOnnx(
    (symbols) => ({ y: tf.matMul(symbols.input<tf.Rank.R2>('x'), weight) }),
    { x: { shape: ['n', weight.shape[0]] } },
    { parameters: namedTensors({ weight }), weightType },
  );
}

async function run(path: string, x: Float32Array, shape: number[]): Promise<Float32Array> {
  const session = await InferenceSession.create(path);
  const { y } = await session.run({ x: new OrtTensor(x, shape) });
  await session.release();
  return y!.data as Float32Array;
}

describe('saveOnnx', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('writes the model and, beside it, weights that it names with their hash', async () => {
    const path = join(await temporaryFolder(), 'product.onnx');
    const weight = tf.ones([32, 16]) as tf.Tensor2D;
    await saveOnnx(path, productGraph(weight), { author: 'me' });
    expect((await readdir(join(path, '..'))).sort()).toEqual(['product.onnx', 'product.onnx.data']);
    const model = (await readFile(path)).toString('latin1');
    const hash = createHash('sha256')
      .update(await readFile(`${path}.data`))
      .digest('hex');
    expect(model).toContain(hash);
    expect(model).toContain('author');
    expect([...(await run(path, new Float32Array(64).fill(2), [2, 32]))]).toEqual(
      new Array<number>(32).fill(64),
    );
  });

  it('halves the weights with float16, which rounds them, and computes in single precision', async () => {
    const path = join(await temporaryFolder(), 'product.onnx');
    // 2049 lies between two float16 values and goes to the even one, 2048; 0.1 becomes 0.0999755859375.
    const weight = tf.tensor2d([...new Array<number>(511).fill(0), 2049, 0.1], [513, 1]);
    await saveOnnx(path, productGraph(weight, 'float16'));
    expect((await readFile(`${path}.data`)).length).toBe(2 * 513);
    const x = new Float32Array(2 * 513);
    x[511] = 1;
    x[513 + 512] = 1;
    expect([...(await run(path, x, [2, 513]))]).toEqual([2048, 0.0999755859375]);
  });

  it('refuses float16 for values that it cannot hold, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const weight = tf.fill([1024, 1], 70_000) as tf.Tensor2D;
    await expect(saveOnnx(join(folder, 'x.onnx'), productGraph(weight, 'float16'))).rejects.toThrow(
      'saveOnnx: weight holds 70000, which float16 cannot. Save as float32.',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('quarters matrices with int8, one scale a row, and computes in single precision', async () => {
    const path = join(await temporaryFolder(), 'product.onnx');
    // The scale of the first row is 2: 127 * 2 = 254, and 5 lies between 4 and 6; that of the second is 1.
    const weight = tf.tensor2d([[254, 5, ...zeros(2046)], zeros(2048), [-127, 0.4, ...zeros(2046)]]);
    await saveOnnx(path, productGraph(weight, 'int8'));
    expect((await readFile(`${path}.data`)).length).toBe(3 * 2048);
    const y = await run(path, Float32Array.of(1, 1, 0, 0, 0, 1), [2, 3]);
    expect([...y.subarray(0, 3)]).toEqual([254, 6, 0]);
    expect([...y.subarray(2048, 2048 + 3)]).toEqual([-127, 0, 0]);
  });

  it('keeps rows that are too short for a scale of their own', async () => {
    const path = join(await temporaryFolder(), 'product.onnx');
    const weight = tf.fill([512, 8], 0.1) as tf.Tensor2D;
    await saveOnnx(path, productGraph(weight, 'int8'));
    expect((await readFile(`${path}.data`)).length).toBe(4 * 512 * 8);
    expect((await run(path, new Float32Array(512).fill(1), [1, 512]))[0]).toBeCloseTo(51.2, 3);
  });
});

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}
