import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import {
  attention,
  attentionGrad,
  attentionGradReference,
  attentionReference,
  cachedAttention,
  cachedAttentionReference,
} from '@restok/ops';
import { expectClose, KERNEL_TOLERANCE, seededTensor, tensorsLeftBy } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';
import { countDispatches } from '../index';

/** Two blocks of queries with one over, each of which sees one key more. */
const rising = Array.from({ length: 129 }, (_, position) => position + 1);

const tiled = [
  { case: 'more queries than a workgroup holds', positions: 129, width: 8, visibleKeys: rising },
  { case: 'heads that are no multiple of four wide', positions: 17, width: 6, visibleKeys: undefined },
  {
    case: 'wide heads, of which few keys fit at a time',
    positions: 17,
    width: 132,
    visibleKeys: undefined,
  },
];
const untiled = { case: 'few queries with wide heads', positions: 3, width: 130, visibleKeys: [1, 3, 2] };

describe('registerAttention', () => {
  beforeAll(() => useSoftwareGpu());

  it.each([...tiled, untiled])('agrees with the reference for $case', ({ positions, width, visibleKeys }) => {
    tidy(() => {
      const qkv = seededTensor(1, 2, positions, 3 * 2 * width) as Tensor3D;
      const options = { numHeads: 2, visibleKeys };
      expectClose(attention(qkv, options), attentionReference(qkv, options), KERNEL_TOLERANCE);
    });
  });

  it.each(tiled)('has the gradient of the reference for $case', ({ positions, width, visibleKeys }) => {
    tidy(() => {
      const qkv = seededTensor(1, 2, positions, 3 * 2 * width) as Tensor3D;
      const gradient = seededTensor(2, 2, positions, 2 * width) as Tensor3D;
      const options = { numHeads: 2, visibleKeys };
      const expected = attentionGradReference(gradient, qkv, options);
      expectClose(attentionGrad(gradient, qkv, options), expected, KERNEL_TOLERANCE);
    });
  });

  it('makes the gradient in two dispatches and leaves nothing behind', async () => {
    const qkv = seededTensor(1, 2, 20, 3 * 12) as Tensor3D;
    const gradient = seededTensor(2, 2, 20, 12) as Tensor3D;
    const options = { numHeads: 2, visibleKeys: rising.slice(0, 20) };
    expect(await tensorsLeftBy(() => attentionGrad(gradient, qkv, options).dispose())).toBe(0);
    const dispatches = await countDispatches(() => attentionGrad(gradient, qkv, options).dispose());
    expect(dispatches).toBe(2);
    [qkv, gradient].forEach((tensor) => tensor.dispose());
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
