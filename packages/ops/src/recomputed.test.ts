import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { add, exp, grads, matMul, mul, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  expectGradients,
  peakBytesOf,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal } from './initializers';
import { Module } from './module';
import { RecomputableModule, recomputed, setRecomputing } from './recomputed';

const valuesOf = (x: Tensor): number[] => [...x.dataSync()];

/** exp(x w) + x, with much between its input and its value. */
class Layer extends RecomputableModule {
  numRuns = 0;
  private readonly factors;

  constructor(width: number) {
    super();
    this.factors = this.parameter('weight', [width, width], normal(0.1));
  }

  forward(x: Tensor2D): Tensor2D {
    return this.recompute(x, (input) =>
      tidy(() => {
        this.numRuns += 1;
        const product = matMul(input, this.factors.as<Tensor2D>());
        return add(exp(mul(exp(mul(exp(product), -1)), 0.5)), input);
      }),
    );
  }
}

/** Layers, one after the other. */
class Stack extends Module {
  readonly layers: Layer[];

  constructor(width: number, depth: number) {
    super();
    this.layers = Array.from({ length: depth }, (_, i) => this.child(`layers.${i}`, new Layer(width)));
    this.initialize(3);
  }

  forward(x: Tensor2D): Tensor2D {
    return tidy(() => this.layers.reduce((value, layer) => layer.forward(value), x));
  }

  get weights(): Tensor[] {
    return [...this.namedParameters()].map(([, { value }]) => value);
  }

  /** Values of all gradients of the sum, of the input's first. */
  gradients(x: Tensor2D): number[][] {
    return tidy(() =>
      grads((input: Tensor) => sum(this.forward(input as Tensor2D)))([x, ...this.weights]).map(valuesOf),
    );
  }
}

describe.each(testBackends)('recomputed on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives the value of a function and the gradients of its input and its parameters', () => {
    tidy(() => {
      const x = tensor2d([1, 2], [1, 2]);
      const factor = tensor2d([3, 5], [1, 2]);
      let numRuns = 0;
      const run = (input: Tensor, by: Tensor): Tensor =>
        recomputed(input, [by], (y) => {
          numRuns += 1;
          return mul(mul(y, y), by);
        });
      expect(valuesOf(run(x, factor))).toEqual([3, 20]);
      expect(numRuns).toBe(1);
      // Of x² f: 2 x f and x², times what arrives.
      const [ofX, ofFactor] = grads(run)([x, factor], tensor2d([1, 10], [1, 2]));
      expect([ofX, ofFactor].map((gradient) => valuesOf(gradient!))).toEqual([
        [6, 200],
        [1, 40],
      ]);
      expect(numRuns).toBe(3);
    });
  });

  it('gives zeros for a parameter that the value does not depend on', () => {
    tidy(() => {
      const [x, unused] = [tensor2d([1, 2], [1, 2]), tensor2d([3], [1, 1])];
      const run = (input: Tensor, other: Tensor): Tensor => recomputed(input, [other], (y) => mul(y, y));
      expect(valuesOf(grads(run)([x, unused])[1]!)).toEqual([0]);
    });
  });

  it('works inside of itself', () => {
    tidy(() => {
      const x = seededTensor(1, 2, 3);
      const cube = (y: Tensor): Tensor =>
        recomputed(y, [], (outer) =>
          mul(
            outer,
            recomputed(outer, [], (inner) => mul(inner, inner)),
          ),
        );
      expectGradients(([y]) => cube(y!), [x]);
    });
  });

  it('puts back the tape of the pass that it is in when its function throws', () => {
    tidy(() => {
      const x = seededTensor(1, 2, 3);
      let numRuns = 0;
      const broken = (y: Tensor): Tensor =>
        recomputed(y, [], (input) => {
          numRuns += 1;
          if (numRuns > 1) {
            throw new Error('broken');
          }
          return mul(input, 2);
        });
      expect(() => grads(broken)([x])).toThrow('broken');
      expectGradients(([y]) => recomputed(y!, [], (input) => mul(input, input)), [x]);
    });
  });
});

describe.each(testBackends)('RecomputableModule on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('runs once forward, and once more in the backward pass when it is asked to', () => {
    const stack = new Stack(4, 2);
    const x = seededTensor(1, 2, 4) as Tensor2D;
    const runs = (): number[] => stack.layers.map((layer) => layer.numRuns);
    stack.gradients(x);
    expect(runs()).toEqual([1, 1]);
    setRecomputing(stack, true);
    stack.gradients(x);
    expect(runs()).toEqual([3, 3]);
    stack.forward(x).dispose();
    expect(runs()).toEqual([4, 4]);
    x.dispose();
    stack.dispose();
  });

  it('has the same gradients bit for bit, and leaves no tensors', async () => {
    const stack = new Stack(4, 3);
    const x = seededTensor(1, 2, 4) as Tensor2D;
    const [value, gradients] = [tidy(() => valuesOf(stack.forward(x))), stack.gradients(x)];
    setRecomputing(stack, true);
    expect(tidy(() => valuesOf(stack.forward(x)))).toEqual(value);
    expect(stack.gradients(x)).toEqual(gradients);
    expect(gradients.every((values) => values.some((each) => each !== 0))).toBe(true);
    expect(await tensorsLeftBy(() => stack.gradients(x))).toBe(0);
    expect(await tensorsLeftBy(() => runWithGradients(([y]) => stack.forward(y as Tensor2D), [x]))).toBe(0);
    x.dispose();
    stack.dispose();
  });

  it('keeps the input of each layer and its gradient, and nothing between', async () => {
    const [rows, width, depth] = [64, 4, 8];
    const x = seededTensor(1, rows, width) as Tensor2D;
    const peak = async (layers: number, recomputes: boolean): Promise<number> => {
      const stack = new Stack(width, layers);
      setRecomputing(stack, recomputes);
      const bytes = await peakBytesOf(() => stack.gradients(x));
      stack.dispose();
      return bytes;
    };
    /** What one more layer costs at the peak, in activations: there are as many in the gradient of its weights / 16. */
    const perLayer = async (recomputes: boolean): Promise<number> =>
      ((await peak(2 * depth, recomputes)) - (await peak(depth, recomputes))) / depth / (4 * rows * width);
    const spared = await perLayer(true);
    expect(spared).toBeLessThan(2.1);
    expect(await perLayer(false)).toBeGreaterThan(3 * spared);
    x.dispose();
  });
});

describe('setRecomputing', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('counts the parts that can, and turns them on and off', () => {
    const stack = new Stack(2, 3);
    const states = (): boolean[] => stack.layers.map(({ recomputes }) => recomputes);
    expect(states()).toEqual([false, false, false]);
    expect(setRecomputing(stack, true)).toBe(3);
    expect(states()).toEqual([true, true, true]);
    expect(setRecomputing(stack, false)).toBe(3);
    expect(states()).toEqual([false, false, false]);
    stack.dispose();
  });
});
