import { memory } from '@tensorflow/tfjs-core';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal, ones, weight } from './initializers';
import { Module } from './module';

class Layer extends Module {
  constructor(readonly outputs: number) {
    super();
    this.parameter('weight', [outputs, 3, 1, 1], weight, 'pointwise');
    this.parameter('bias', [outputs], normal(1));
  }
}

/** Two layers, registered in the given order, beside a parameter of its own. */
class Model extends Module {
  constructor(order: readonly string[] = ['blocks.0', 'blocks.1']) {
    super();
    this.parameter('gain', [2], ones);
    order.forEach((name) => this.child(name, new Layer(4)));
  }
}

function valuesOf(module: Module): Map<string, number[]> {
  return new Map([...module.namedParameters()].map(([name, { value }]) => [name, [...value.dataSync()]]));
}

describe.each(testBackends)('Module on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('names parameters by their dotted path, its own first', () => {
    const names = [...new Model().namedParameters()].map(([name]) => name);
    expect(names).toEqual(['gain', 'blocks.0.weight', 'blocks.0.bias', 'blocks.1.weight', 'blocks.1.bias']);
    expect([...new Layer(1).namedParameters('encoder.')].map(([name]) => name)).toEqual([
      'encoder.weight',
      'encoder.bias',
    ]);
  });

  it('counts the weights below it', () => {
    expect(new Model().numParameters).toBe(2 + 2 * (4 * 3 + 4));
  });

  it('holds no memory until it is initialised', () => {
    const before = memory().numTensors;
    const model = new Model();
    expect(memory().numTensors).toBe(before);
    model.initialize(1);
    expect(memory().numTensors).toBe(before + 5);
    model.dispose();
  });

  it('draws the same values for the same seed, by name and not by order', () => {
    const [model, same, other] = [new Model(), new Model(['blocks.1', 'blocks.0']), new Model()];
    model.initialize(7);
    same.initialize(7);
    other.initialize(8);
    const values = valuesOf(model);
    expect(valuesOf(same)).toEqual(new Map([...values].sort()));
    expect(values.get('gain')).toEqual([1, 1]);
    expect(values.get('blocks.0.weight')).not.toEqual(values.get('blocks.1.weight'));
    expect(valuesOf(other).get('blocks.0.weight')).not.toEqual(values.get('blocks.0.weight'));
    [model, same, other].forEach((each) => each.dispose());
  });

  it('draws weights, and weights alone, by the scheme', () => {
    const [published, preserving] = [new Model(), new Model()];
    published.initialize(7);
    preserving.initialize(7, 'variancePreserving');
    const [some, others] = [valuesOf(published), valuesOf(preserving)];
    expect(others.get('blocks.0.bias')).toEqual(some.get('blocks.0.bias'));
    const largest = (values: number[]): number => Math.max(...values.map(Math.abs));
    // Deviations of 0.02 and of one over the root of three.
    expect(largest(some.get('blocks.0.weight')!)).toBeLessThan(0.1);
    expect(largest(others.get('blocks.0.weight')!)).toBeGreaterThan(0.3);
    [published, preserving].forEach((each) => each.dispose());
  });

  it('replaces values when it is initialised again, and frees all when disposed', async () => {
    const left = await tensorsLeftBy(() => {
      const model = new Model();
      model.initialize(1);
      model.initialize(2);
      model.dispose();
      model.dispose();
    });
    expect(left).toBe(0);
  });
});
