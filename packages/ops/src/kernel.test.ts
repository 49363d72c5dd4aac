import type { Tensor } from '@tensorflow/tfjs-core';
import {
  grad,
  grads,
  mul,
  registerKernel,
  scalar,
  tensor1d,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differentiable, differentiableByInput, runKernel } from './kernel';

const NAME = 'RestokTestKernel';

describe('runKernel', () => {
  const calls: { inputs: string[]; attributes: unknown }[] = [];

  beforeAll(() => useTestBackend('cpu'));

  beforeEach(() => {
    calls.length = 0;
    registerKernel({
      kernelName: NAME,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls.push({ inputs: Object.keys(inputs), attributes: attrs });
        const { x } = inputs as { x: Tensor };
        return attrs!.twice === true ? [x.clone(), x.clone()] : x.clone();
      },
    });
  });

  afterEach(() => unregisterKernel(NAME, 'cpu'));

  const neverRun = (): Tensor[] => {
    throw new Error('the reference was run');
  };

  it('runs the kernel of the current backend, leaving out undefined inputs', () => {
    tidy(() => {
      const x = tensor1d([1, 2]);
      const outputs = runKernel(NAME, { x, bias: undefined }, { epsilon: 0.5 }, neverRun);
      expect(outputs.map((output) => output.arraySync())).toEqual([[1, 2]]);
      expect(calls).toEqual([{ inputs: ['x'], attributes: { epsilon: 0.5 } }]);
    });
  });

  it('gives all outputs of a kernel that has several', () => {
    tidy(() => {
      expect(runKernel(NAME, { x: tensor1d([1]) }, { twice: true }, neverRun)).toHaveLength(2);
    });
  });

  it('runs the reference without a kernel of the name, and without a name', () => {
    tidy(() => {
      const reference = (): Tensor[] => [scalar(7)];
      for (const name of ['RestokUnknown', undefined]) {
        const [output] = runKernel(name, { x: scalar(1) }, {}, reference);
        expect(output!.dataSync()[0]).toBe(7);
      }
      expect(calls).toEqual([]);
    });
  });

  it('runs the reference on a backend that has no such kernel', async () => {
    await useTestBackend('wasm');
    tidy(() => {
      const [output] = runKernel(NAME, { x: scalar(1) }, {}, () => [scalar(7)]);
      expect(output!.dataSync()[0]).toBe(7);
    });
    await useTestBackend('cpu');
  });

  it('frees what the reference leaves behind', async () => {
    const run = (): void => {
      const [output] = runKernel(undefined, {}, {}, () => [mul(scalar(2), scalar(3))]);
      output!.dispose();
    };
    expect(await tensorsLeftBy(run)).toBe(0);
  });
});

describe.each(testBackends)('differentiable on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  /** a · b · c, of which c is a constant; the gradient is told to be ten times too large. */
  function product(a: Tensor, b: Tensor, c: Tensor): Tensor {
    return differentiable(
      [a, b],
      () => mul(mul(a, b), c),
      (gradient, [savedA, savedB, savedC]) => [
        mul(mul(mul(gradient, savedB!), savedC!), 10),
        mul(mul(mul(gradient, savedA!), savedC!), 10),
      ],
      [c],
    );
  }

  it('uses the gradient that it is given, with saved inputs and constants in order', () => {
    tidy(() => {
      const c = scalar(5);
      expect(product(scalar(2), scalar(3), c).dataSync()[0]).toBe(30);
      const [da, db] = grads((a: Tensor, b: Tensor) => product(a, b, c))([scalar(2), scalar(3)]);
      expect([da!.dataSync()[0], db!.dataSync()[0]]).toEqual([150, 100]);
    });
  });

  it('sends no gradient to constants', () => {
    tidy(() => {
      const ofConstant = grad((c: Tensor) => product(scalar(2), scalar(3), c));
      expect(() => ofConstant(scalar(5))).toThrow('Cannot compute gradient');
    });
  });

  it('leaves no tensors behind', async () => {
    const [a, b, c] = [scalar(2), scalar(3), scalar(5)];
    const run = (): void => {
      product(a, b, c).dispose();
      const gradients = grads((x: Tensor, y: Tensor) => product(x, y, c))([a, b]);
      gradients.forEach((gradient) => gradient.dispose());
    };
    expect(await tensorsLeftBy(run)).toBe(0);
    [a, b, c].forEach((tensor) => tensor.dispose());
  });
});

describe.each(testBackends)('differentiableByInput on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));
  const asked: string[] = [];
  beforeEach(() => void asked.splice(0));

  /** a · b; the gradient is told to be ten times too large. */
  function product(a: Tensor, b: Tensor): Tensor {
    const gradientOf = (name: string, gradient: Tensor, other: Tensor) => (): Tensor => {
      asked.push(name);
      return mul(mul(gradient, other), 10);
    };
    return differentiableByInput(
      [a, b],
      () => mul(a, b),
      (gradient, [savedA, savedB]) => [
        gradientOf('a', gradient, savedB!),
        gradientOf('b', gradient, savedA!),
      ],
    );
  }

  it('uses the gradients that it is given, with saved inputs in order', () => {
    tidy(() => {
      const [da, db] = grads(product)([scalar(2), scalar(3)]);
      expect([da!.dataSync()[0], db!.dataSync()[0]]).toEqual([30, 20]);
      expect(asked).toEqual(['a', 'b']);
    });
  });

  it('computes no gradient that nobody asks for', () => {
    tidy(() => {
      const [a, b] = [scalar(2), scalar(3)];
      expect(grad((x: Tensor) => product(x, b))(a).dataSync()[0]).toBe(30);
      expect(grad((x: Tensor) => product(a, x))(b).dataSync()[0]).toBe(20);
      expect(asked).toEqual(['a', 'b']);
    });
  });

  it('leaves no tensors behind', async () => {
    const [a, b] = [scalar(2), scalar(3)];
    const run = (): void => {
      product(a, b).dispose();
      grads(product)([a, b]).forEach((gradient) => gradient.dispose());
      grad((x: Tensor) => product(x, b))(a).dispose();
    };
    expect(await tensorsLeftBy(run)).toBe(0);
    [a, b].forEach((tensor) => tensor.dispose());
  });
});
