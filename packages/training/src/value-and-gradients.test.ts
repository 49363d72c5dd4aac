import type { Scalar } from '@tensorflow/tfjs-core';
import { customGrad, keep, mul, square, sum, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { valueAndGradients } from './value-and-gradients';

describe.each(testBackends)('valueAndGradients on %s', (backend) => {
  beforeEach(() => useTestBackend(backend));

  it('gives the loss and its gradients, zeros where it does not depend on a tensor', () => {
    const [a, b, c] = [tensor1d([1, 2]), tensor1d([3, 4]), tensor1d([5, 6, 7])];
    const { value, gradients } = valueAndGradients(() => sum(mul(square(a), b)) as Scalar, [a, b, c]);
    // 1 * 3 + 4 * 4; 2ab; a²
    expect(value.dataSync()[0]).toBe(19);
    expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([
      [6, 16],
      [1, 4],
      [0, 0, 0],
    ]);
  });

  it('leaves only what it returns and what the loss keeps', async () => {
    const a = tensor1d([1, 2]);
    const kept: Tensor[] = [];
    const left = await tensorsLeftBy(() => {
      const { value, gradients } = valueAndGradients(
        () =>
          tidy(() => {
            const squares = square(a);
            kept.push(keep(squares.clone()));
            return sum(squares) as Scalar;
          }),
        [a],
      );
      value.dispose();
      gradients.forEach((gradient) => gradient.dispose());
    });
    expect(left).toBe(1);
    expect([...kept[0]!.dataSync()]).toEqual([1, 4]);
  });

  it.each(['loss', 'gradient'])(
    'leaves nothing when the %s throws, and the next one is right',
    async (where) => {
      const a = tensor1d([1, 2]);
      const fail = (): never => {
        throw new RangeError('no memory');
      };
      const failing = customGrad((x) =>
        where === 'loss' ? fail() : { value: (x as Tensor).clone(), gradFunc: fail },
      );
      const left = await tensorsLeftBy(() => {
        expect(() => valueAndGradients(() => sum(failing(square(a))) as Scalar, [a])).toThrow(RangeError);
      });
      expect(left).toBe(0);
      const { gradients } = valueAndGradients(() => sum(square(a)) as Scalar, [a]);
      expect([...gradients[0]!.dataSync()]).toEqual([2, 4]);
    },
  );
});
