import { dispose, mul, square, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestBackend } from './backends';
import { expectGradients, numericalGradient, seededTensor } from './numerical-gradient';
import { stopGradient } from '@restok/ops';

beforeAll(() => useTestBackend('cpu'));

describe('numericalGradient', () => {
  it('is 2x for squares and the other factor for products', () => {
    const inputs = [tensor1d([1, 3]), tensor1d([2, -1])];
    const [ofX, ofY] = numericalGradient(([x, y]) => mul(square(x!), y!), inputs, [1, 10]);
    dispose(inputs);
    // d(x² y) = 2xy dx + x² dy, times the upstream gradient.
    [4, -60].forEach((expected, i) => expect(ofX![i]).toBeCloseTo(expected, 3));
    [1, 90].forEach((expected, i) => expect(ofY![i]).toBeCloseTo(expected, 3));
  });

  it('leaves its inputs as they are', () => {
    const x = tensor2d([[1, 2]]);
    numericalGradient(([value]) => sum(value!), [x], [1]);
    expect([...x.dataSync()]).toEqual([1, 2]);
    x.dispose();
  });
});

describe('expectGradients', () => {
  it('fails for a gradient that is missing', () => {
    tidy(() => {
      const x = seededTensor(1, 3);
      expectGradients(([value]) => mul(value!, value!), [x]);
      expect(() => expectGradients(([value]) => mul(value!, stopGradient(value!)), [x])).toThrow(
        /gradient of input 0: largest difference/,
      );
    });
  });
});
