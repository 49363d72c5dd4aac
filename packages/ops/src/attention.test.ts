import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { grad, slice, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  KERNEL_TOLERANCE,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AttentionOptions } from './attention';
import { additiveMask, attention, attentionWeights } from './attention';

const attendBy =
  (options: AttentionOptions) =>
  ([qkv]: Tensor[]): Tensor =>
    attention(qkv as Tensor3D, options);

/** One query, key and value per token and head. The second query weighs the second key three times the first. */
const LOG_3 = Math.log(3);
const twoTokens = (): Tensor3D => tensor3d([0, 0, 4, LOG_3, 1, 8], [1, 2, 3]);

describe.each(testBackends)('attention on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('averages values by the softmax of query times key', () => {
    // Weights (1/2, 1/2) and (1/4, 3/4) of the values 4 and 8.
    tidy(() => expectClose(attention(twoTokens(), { numHeads: 1 }), [6, 7], KERNEL_TOLERANCE));
  });

  it('lets each query see as many leading keys as it is told', () => {
    tidy(() => {
      const firstAlone = { numHeads: 1, visibleKeys: [1, 2] };
      expectClose(attention(twoTokens(), firstAlone), [4, 7], KERNEL_TOLERANCE);
      const nobodySecond = { numHeads: 1, visibleKeys: [1, 1] };
      expectClose(attention(twoTokens(), nobodySecond), [4, 4], KERNEL_TOLERANCE);
    });
  });

  it('divides by the root of the head width', () => {
    tidy(() => {
      // Query (2 log 3, 0, 0, 0) times key (1, 0, 0, 0) over 2 is log 3.
      const query = [2 * LOG_3, 0, 0, 0];
      const qkv = tensor3d([...query, 0, 0, 0, 0, 4, 4, 4, 4, ...query, 1, 0, 0, 0, 8, 0, 4, -4], [1, 2, 12]);
      const y = attention(qkv, { numHeads: 1 });
      expectClose(y, [7, 1, 4, -2, 7, 1, 4, -2], KERNEL_TOLERANCE);
    });
  });

  it('attends in each head and sample by itself, heads side by side', () => {
    tidy(() => {
      // Head 0 is that of the tests above; in head 1 the tokens have changed places.
      const sample = [0, LOG_3, 0, 1, 4, 8, LOG_3, 0, 1, 0, 8, 4];
      const flat = [0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 4];
      const y = attention(tensor3d([...sample, ...flat], [2, 2, 6]), { numHeads: 2 });
      expectClose(y, [6, 7, 7, 6, 2, 3, 2, 3], KERNEL_TOLERANCE);
    });
  });

  it('stays finite for scores beyond the range of exp', () => {
    tidy(() => {
      const qkv = tensor3d([1000, 0, 4, -1000, 1, 8], [1, 2, 3]);
      expectClose(attention(qkv, { numHeads: 1 }), [8, 4], KERNEL_TOLERANCE);
      expectClose(attention(qkv, { numHeads: 1, visibleKeys: [1, 2] }), [4, 4], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation, with and without a mask', () => {
    tidy(() => {
      const qkv = seededTensor(1, 2, 3, 12);
      expectGradients(attendBy({ numHeads: 2 }), [qkv]);
      expectGradients(attendBy({ numHeads: 2, visibleKeys: [2, 2, 3] }), [qkv]);
    });
  });

  it('sends no gradient to keys and values that nobody sees', () => {
    tidy(() => {
      const options = { numHeads: 1, visibleKeys: [1, 1] };
      const gradient = grad((qkv: Tensor) => attention(qkv as Tensor3D, options))(twoTokens());
      // Two outputs copy the first value.
      expect([...gradient.dataSync()]).toEqual([0, 0, 2, 0, 0, 0]);
    });
  });

  it('throws ShapeError when the width does not split into heads', () => {
    tidy(() => {
      expect(() => attention(twoTokens(), { numHeads: 2 })).toThrow(ShapeError);
      expect(() => attention(twoTokens(), { numHeads: 2 })).toThrow(
        'attention: qkv must split into 3 x 2 heads, got [1, 2, 3]',
      );
    });
  });

  it.each([[[2]], [[1, 2, 2]], [[0, 2]], [[1, 3]], [[1, 1.5]]])(
    'throws ShapeError for the mask %j of two positions',
    (visibleKeys) => {
      tidy(() => {
        expect(() => attention(twoTokens(), { numHeads: 1, visibleKeys })).toThrow(ShapeError);
        expect(() => attention(twoTokens(), { numHeads: 1, visibleKeys })).toThrow(
          `must hold 2 counts between 1 and 2, got [${visibleKeys.join(', ')}]`,
        );
      });
    },
  );

  it('leaves no tensors behind', async () => {
    const qkv = seededTensor(1, 1, 3, 6);
    const compute = attendBy({ numHeads: 2, visibleKeys: [1, 3, 3] });
    expect(await tensorsLeftBy(() => runWithGradients(compute, [qkv]))).toBe(0);
    qkv.dispose();
  });
});

describe.each(testBackends)('attentionWeights on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives the weights of each head, 0 for keys that are not seen', () => {
    tidy(() => {
      const weights = attentionWeights(twoTokens(), { numHeads: 1 });
      expect(weights.shape).toEqual([1, 1, 2, 2]);
      expectClose(weights, [0.5, 0.5, 0.25, 0.75], KERNEL_TOLERANCE);
      const masked = attentionWeights(twoTokens(), { numHeads: 1, visibleKeys: [1, 2] });
      expectClose(masked, [1, 0, 0.25, 0.75], KERNEL_TOLERANCE);
    });
  });

  it('has rows that add up to 1 and give the output with the values', () => {
    tidy(() => {
      const qkv = seededTensor(1, 1, 4, 6) as Tensor3D;
      const options = { numHeads: 1, visibleKeys: [2, 2, 4, 4] };
      const weights = attentionWeights(qkv, options).arraySync()[0]![0]!;
      const values = slice(qkv, [0, 0, 4], [1, 4, 2]).arraySync()[0]!;
      const output = attention(qkv, options).arraySync()[0]!;
      weights.forEach((row, t) => {
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        [0, 1].forEach((channel) => {
          const expected = row.reduce((sum, weight, key) => sum + weight * values[key]![channel]!, 0);
          expect(output[t]![channel]).toBeCloseTo(expected, 5);
        });
      });
    });
  });

  it('leaves no tensors behind', async () => {
    const qkv = twoTokens();
    const run = (): void => attentionWeights(qkv, { numHeads: 1, visibleKeys: [1, 2] }).dispose();
    expect(await tensorsLeftBy(run)).toBe(0);
    qkv.dispose();
  });
});

describe('additiveMask', () => {
  it('is 0 for what is seen and -Infinity for the rest', () => {
    tidy(() => {
      expect(additiveMask([1, 3, 2]).arraySync()).toEqual([
        [0, -Infinity, -Infinity],
        [0, 0, 0],
        [0, 0, -Infinity],
      ]);
    });
  });
});
