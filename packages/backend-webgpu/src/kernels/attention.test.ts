import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import { attention, attentionReference, cachedAttention, cachedAttentionReference } from '@restok/ops';
import { expectClose, KERNEL_TOLERANCE, seededTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';
import { countDispatches } from '../index';

/** Two blocks of queries with one over, each of which sees one key more. */
const rising = Array.from({ length: 129 }, (_, position) => position + 1);

describe('registerAttention', () => {
  beforeAll(() => useSoftwareGpu());

  it.each([
    { case: 'more queries than a workgroup holds', positions: 129, width: 8, visibleKeys: rising },
    { case: 'heads that are no multiple of four wide', positions: 17, width: 6, visibleKeys: undefined },
    {
      case: 'wide heads, of which few keys fit at a time',
      positions: 17,
      width: 132,
      visibleKeys: undefined,
    },
    { case: 'few queries with wide heads', positions: 3, width: 130, visibleKeys: [1, 3, 2] },
  ])('agrees with the reference for $case', ({ positions, width, visibleKeys }) => {
    tidy(() => {
      const qkv = seededTensor(1, 2, positions, 3 * 2 * width) as Tensor3D;
      const options = { numHeads: 2, visibleKeys };
      expectClose(attention(qkv, options), attentionReference(qkv, options), KERNEL_TOLERANCE);
    });
  });

  it.each([
    { case: 'one query and more keys than scores are held at a time', positions: 1, position: 300 },
    { case: 'a level of queries', positions: 32, position: 20 },
  ])('writes the cache and attends to it in one dispatch: $case', async ({ positions, position }) => {
    const options = { numHeads: 4, position };
    const qkv = seededTensor(2, 2, positions, 8 * 6) as Tensor3D;
    const cache = {
      keys: seededTensor(3, 2, 2, 310, 6) as Tensor4D,
      values: seededTensor(4, 2, 2, 310, 6) as Tensor4D,
    };
    const visibleKeys = new Array<number>(positions).fill(position + positions);
    const expected = tidy(() =>
      cachedAttentionReference(qkv, cache, { ...options, visibleKeys }).map((tensor) => tensor.dataSync()),
    );
    const dispatches = await countDispatches(() => {
      const { output, cache: next } = cachedAttention(qkv, cache, options);
      [output, next.keys, next.values].forEach((tensor, i) => {
        expectClose(tensor, expected[i]!, KERNEL_TOLERANCE);
        tensor.dispose();
      });
    });
    expect(dispatches).toBe(1);
    qkv.dispose();
  });
});
