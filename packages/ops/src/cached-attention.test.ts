import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { concat, slice, tensor3d, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  KERNEL_TOLERANCE,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { attention } from './attention';
import type { KeyValueCache } from './cached-attention';
import { cachedAttention } from './cached-attention';
import { repeatKeyHeads } from './repeat-key-heads';

const LOG_3 = Math.log(3);

/** An empty cache of one head of width 1 with room for three positions. */
const emptyCache = (...shape: [number, number, number, number]): KeyValueCache => ({
  keys: zeros(shape),
  values: zeros(shape),
});

describe.each(testBackends)('cachedAttention on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('writes keys and values at their position and attends to what is there so far', () => {
    tidy(() => {
      const first = cachedAttention(tensor3d([7, 0, 4], [1, 1, 3]), emptyCache(1, 1, 3, 1), {
        numHeads: 1,
        position: 0,
      });
      expectClose(first.output, [4], KERNEL_TOLERANCE);
      // The query log 3 weighs the key 1 three times the key 0: (4 + 3 · 8) / 4.
      const second = cachedAttention(tensor3d([LOG_3, 1, 8], [1, 1, 3]), first.cache, {
        numHeads: 1,
        position: 1,
      });
      expectClose(second.output, [7], KERNEL_TOLERANCE);
      expectClose(second.cache.keys, [0, 1, 0], KERNEL_TOLERANCE);
      expectClose(second.cache.values, [4, 8, 0], KERNEL_TOLERANCE);
    });
  });

  it('lets a query see positions beyond the new ones, whatever they hold', () => {
    tidy(() => {
      const qkv = tensor3d([LOG_3, 1, 8], [1, 1, 3]);
      const cache = { keys: tensor4d([9, 9, 0], [1, 1, 3, 1]), values: tensor4d([9, 9, 4], [1, 1, 3, 1]) };
      const { output } = cachedAttention(qkv, cache, { numHeads: 1, position: 0, visibleKeys: [1] });
      expectClose(output, [8], KERNEL_TOLERANCE);
      const seen = { keys: tensor4d([9, 0], [1, 1, 2, 1]), values: tensor4d([9, 4], [1, 1, 2, 1]) };
      const further = cachedAttention(qkv, seen, { numHeads: 1, position: 0, visibleKeys: [2] });
      expectClose(further.output, [7], KERNEL_TOLERANCE);
    });
  });

  it.each([2, 1])(
    'gives in parts what attention gives at once, with %i key heads for two queries',
    (numKeyHeads) => {
      tidy(() => {
        const counts = { numHeads: 2, numKeyHeads };
        const qkv = seededTensor(1, 2, 7, (2 + 2 * numKeyHeads) * 3) as Tensor3D;
        const visibleKeys = [1, 3, 3, 7, 7, 7, 7];
        const expected = attention(repeatKeyHeads(qkv, counts), { numHeads: 2, visibleKeys });
        let cache = emptyCache(2, numKeyHeads, 8, 3);
        const outputs: Tensor[] = [];
        for (const [from, to] of [
          [0, 1],
          [1, 3],
          [3, 7],
        ] as const) {
          const part = slice(qkv, [0, from, 0], [2, to - from, qkv.shape[2]]);
          const step = cachedAttention(part, cache, { numHeads: 2, position: from });
          outputs.push(step.output);
          cache = step.cache;
        }
        expectClose(concat(outputs, 1), expected, KERNEL_TOLERANCE);
        const atOnce = cachedAttention(qkv, emptyCache(2, numKeyHeads, 7, 3), {
          numHeads: 2,
          position: 0,
          visibleKeys,
        });
        expectClose(atOnce.output, expected, KERNEL_TOLERANCE);
      });
    },
  );

  it('throws ShapeError, and leaves the cache as it is, when something does not fit', () => {
    tidy(() => {
      const qkv = tensor3d([1, 2, 3, 4, 5, 6], [1, 2, 3]);
      const cache = emptyCache(1, 1, 3, 1);
      const attend = (position: number, visibleKeys?: number[]) => () =>
        cachedAttention(qkv, cache, { numHeads: 1, position, visibleKeys });
      expect(attend(2)).toThrow(ShapeError);
      expect(attend(2)).toThrow('position must leave room for 2 of 3 positions, got 2');
      expect(attend(0, [1])).toThrow('visibleKeys must hold 2 counts between 1 and 3, got [1]');
      expect(attend(0, [1, 4])).toThrow('counts between 1 and 3, got [1, 4]');
      expect(() =>
        cachedAttention(
          qkv,
          { ...cache, values: zeros([2, 1, 3, 1]) as Tensor4D },
          { numHeads: 1, position: 0 },
        ),
      ).toThrow('the cache must be [1, 1, 3, 1], got [2, 1, 3, 1]');
      expect(() => cachedAttention(qkv, cache, { numHeads: 2, position: 0 })).toThrow(
        'must split into 2 heads',
      );
      expect(cache.keys.isDisposed).toBe(false);
    });
  });

  it('consumes the cache and leaves nothing else behind', async () => {
    const qkv = seededTensor(1, 1, 2, 6) as Tensor3D;
    const left = await tensorsLeftBy(() => {
      const first = cachedAttention(qkv, emptyCache(1, 1, 4, 2), { numHeads: 1, position: 0 });
      const second = cachedAttention(qkv, first.cache, { numHeads: 1, position: 2 });
      [first.output, second.output, second.cache.keys, second.cache.values].forEach((x) => x.dispose());
    });
    expect(left).toBe(0);
    qkv.dispose();
  });
});
