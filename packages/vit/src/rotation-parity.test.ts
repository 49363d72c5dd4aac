import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { fill, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { normalizeAndRotate } from '@restok/ops';
import { expectClose, inScope, KERNEL_TOLERANCE, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, it } from 'vitest';
import type { GridCase } from '../test/rope-and-masks';
import { caseOf, positionsOf, stored } from '../test/rope-and-masks';
import type { RotationAngles } from './index';
import { rotationAngles } from './index';

const EPSILON = 1e-5;

/**
 * Vectors turned by a table, computed through {@link normalizeAndRotate}: that turns (x - mean) / deviation, and
 * turning is linear, so the deviation times its result plus the mean times a turned vector of ones is x turned.
 *
 * @param x one vector for each position, `[T, Dh]` flattened.
 */
async function turned(x: Float32Array, { cos, sin }: RotationAngles, headWidth: number): Promise<number[]> {
  const positions = x.length / headWidth;
  const vectorOf = (token: number): Float32Array => x.subarray(token * headWidth, (token + 1) * headWidth);
  const tokens = Array.from({ length: positions }, (_, token) => [...vectorOf(token)]);
  const shape: [number, number] = [positions, headWidth / 2];
  const rotation = { cos: tensor2d(cos, shape), sin: tensor2d(sin, shape) };
  const qkv = tensor3d([tokens.map((vector) => [...vector, ...vector, ...vector])]); // [1, T, 3Dh]
  const queries = async (gain: number, shift: number): Promise<number[][]> => {
    const all = (value: number): Tensor1D => fill([headWidth], value) as Tensor1D;
    const norm = { queryGain: all(gain), queryShift: all(shift), keyGain: all(1), keyShift: all(0) };
    const y: Tensor3D = normalizeAndRotate(qkv, norm, rotation, { numHeads: 1, epsilon: EPSILON });
    return (await y.array())[0]!;
  };
  const [normalized, ones] = [await queries(1, 0), await queries(0, 1)];
  return tokens.flatMap((vector, token) => {
    const mean = average(vector);
    const deviation = Math.sqrt(average(vector.map((value) => (value - mean) ** 2)) + EPSILON);
    return vector.map((_, i) => deviation * normalized[token]![i]! + mean * ones[token]![i]!);
  });
}

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

describe.each(testBackends)('a rotation table on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it.each(['q', 'k'])('turns apply_rope.%s as stored', async (name) => {
    const { shape, values } = stored(`apply_rope.${name}`); // [B, H, T, Dh]
    const [batch, heads, positions, headWidth] = shape as [number, number, number, number];
    const settings = caseOf<GridCase>('multi2d.b');
    const angles = rotationAngles(positionsOf(settings), settings.hd, settings.base);
    const size = positions * headWidth;
    const output: number[] = [];
    await inScope(async () => {
      for (let i = 0; i < batch * heads; i++) {
        const vectors = Float32Array.from(values.subarray(i * size, (i + 1) * size));
        output.push(...(await turned(vectors, angles, headWidth)));
      }
    });
    expectClose(output, stored(`apply_rope.${name}_out`).values, KERNEL_TOLERANCE);
  });

  it('turns apply_rotary_emb.x by a one-dimensional table as stored', async () => {
    const { shape, values } = stored('apply_rotary_emb.x'); // [B, T, H, Dh]
    const [batch, positions, heads, headWidth] = shape as [number, number, number, number];
    const table = stored('freqs1d.2').values; // [T, Dh/2, 2]
    const angles = {
      cos: Float32Array.from(table.filter((_, i) => i % 2 === 0)),
      sin: Float32Array.from(table.filter((_, i) => i % 2 === 1)),
    };
    const place = (sample: number, head: number, i: number): number => {
      const [token, channel] = [Math.floor(i / headWidth), i % headWidth];
      return ((sample * positions + token) * heads + head) * headWidth + channel;
    };
    const output = new Float32Array(values.length);
    for (let sample = 0; sample < batch; sample++) {
      for (let head = 0; head < heads; head++) {
        const vectors = new Float32Array(positions * headWidth).map(
          (_, i) => values[place(sample, head, i)]!,
        );
        await inScope(async () => {
          (await turned(vectors, angles, headWidth)).forEach((value, i) => {
            output[place(sample, head, i)] = value;
          });
        });
      }
    }
    expectClose(output, stored('apply_rotary_emb.out').values, KERNEL_TOLERANCE);
  });
});
