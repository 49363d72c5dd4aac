import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, concat, dispose, tidy, zeros } from '@tensorflow/tfjs-core';
import * as ops from '@restok/ops';
import { seededTensor } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../test/software-gpu';
import { countDispatches } from './index';

const WIDTH = 24;
const HEADS = 2;
const HEAD_WIDTH = WIDTH / HEADS;
const POSITIONS = 5;

const kept: Tensor[] = [];
function parameter<T extends Tensor>(...shape: number[]): T {
  const made = seededTensor(kept.length, ...shape) as T;
  kept.push(made);
  return made;
}

describe('countDispatches', () => {
  beforeAll(() => useSoftwareGpu());
  afterAll(() => dispose(kept));

  it('counts the programs that a function sends to the GPU', async () => {
    const x = parameter(2000);
    expect(await countDispatches(() => add(x, x).dispose())).toBe(1);
    expect(await countDispatches(() => undefined)).toBe(0);
  });

  it('counts at most 12 for a block of the tokenizer', async () => {
    const x = parameter<Tensor3D>(2, POSITIONS, WIDTH);
    const vectors = Array.from({ length: 12 }, () => parameter<Tensor1D>(WIDTH));
    const norms = Array.from({ length: 4 }, () => parameter<Tensor1D>(HEAD_WIDTH));
    const [queryGain, queryShift, keyGain, keyShift] = norms as [Tensor1D, Tensor1D, Tensor1D, Tensor1D];
    const rotation = { cos: parameter<Tensor2D>(POSITIONS, HEAD_WIDTH / 2), sin: parameter<Tensor2D>(POSITIONS, HEAD_WIDTH / 2) }; // prettier-ignore
    const weights = [3 * WIDTH, WIDTH, 4 * WIDTH].map((outputs) => parameter<Tensor2D>(outputs, WIDTH));
    const narrow = parameter<Tensor2D>(WIDTH, 4 * WIDTH);
    const wideBias = parameter<Tensor1D>(4 * WIDTH);
    const block = (): Tensor =>
      tidy(() => {
        const bias = concat([vectors[0]!, zeros([WIDTH]) as Tensor1D, vectors[1]!]);
        const normalized = ops.layerNorm(x, vectors[2]!, vectors[3]!, 1e-5);
        const qkv = ops.linear(normalized, weights[0]!, bias);
        const norm = { queryGain, queryShift, keyGain, keyShift };
        const turned = ops.normalizeAndRotate(qkv, norm, rotation, { numHeads: HEADS, epsilon: 1e-5 });
        const mixed = ops.linear(ops.attention(turned, { numHeads: HEADS }), weights[1]!, vectors[4]!);
        const attended = ops.scaledResidual(x, mixed, vectors[5]!);
        const wide = ops.linear(
          ops.layerNorm(attended, vectors[6]!, vectors[7]!, 1e-5),
          weights[2]!,
          wideBias,
        );
        return ops.scaledResidual(attended, ops.linear(ops.gelu(wide), narrow, vectors[8]!), vectors[9]!);
      });
    const dispatches = await countDispatches(() => block().dispose());
    expect(dispatches).toBeGreaterThan(0);
    expect(dispatches).toBeLessThanOrEqual(12);
  });

  it('counts at most 12 for a block of the generator with its cache', async () => {
    const x = parameter<Tensor3D>(2, POSITIONS, WIDTH);
    const gains = [parameter<Tensor1D>(WIDTH), parameter<Tensor1D>(WIDTH)];
    const rotation = { cos: parameter<Tensor2D>(POSITIONS, HEAD_WIDTH / 2), sin: parameter<Tensor2D>(POSITIONS, HEAD_WIDTH / 2) }; // prettier-ignore
    const weights = [3 * WIDTH, WIDTH, 4 * WIDTH, 4 * WIDTH].map((outputs) =>
      parameter<Tensor2D>(outputs, WIDTH),
    );
    const narrow = parameter<Tensor2D>(WIDTH, 4 * WIDTH);
    const empty = (): Tensor4D => zeros([2, HEADS, 16, HEAD_WIDTH]);
    const block = (): Tensor =>
      tidy(() => {
        const qkv = ops.linear(ops.rmsNorm(x, gains[0]!, 1e-5), weights[0]!);
        const turned = ops.rotateHeads(qkv, rotation, { numHeads: HEADS, numKeyHeads: HEADS });
        const cache = { keys: empty(), values: empty() };
        const { output } = ops.cachedAttention(turned, cache, { numHeads: HEADS, position: 3 });
        const attended = add<Tensor3D>(x, ops.linear(output, weights[1]!));
        const normalized = ops.rmsNorm(attended, gains[1]!, 1e-5);
        const wide = ops.swiGlu(ops.linear(normalized, weights[2]!), ops.linear(normalized, weights[3]!));
        return add(attended, ops.linear(wide, narrow));
      });
    const dispatches = await countDispatches(() => block().dispose());
    expect(dispatches).toBeGreaterThan(0);
    expect(dispatches).toBeLessThanOrEqual(12);
  });
});
