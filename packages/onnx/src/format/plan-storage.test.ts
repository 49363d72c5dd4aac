import { describe, expect, it } from 'vitest';
import type { Initializer, OnnxGraph } from './onnx-graph';
import { planStorage } from './plan-storage';

const tensor = (name: string, size: number, isParameter = true): Initializer => ({
  name,
  type: 'float32',
  shape: [size],
  isParameter,
  values: () => new Float32Array(size),
});

const graphOf = (...initializers: Initializer[]): OnnxGraph => ({
  name: 'graph',
  nodes: [],
  inputs: [],
  outputs: [],
  initializers,
});

describe('planStorage', () => {
  it('starts every larger tensor at a page and leaves small ones in the model', () => {
    const graph = graphOf(tensor('a', 1025), tensor('small', 255), tensor('b', 256));
    const { stored, inline, external } = planStorage([graph], 'w.data');
    expect(stored.map(({ initializer, offset, length }) => [initializer.name, offset, length])).toEqual([
      ['a', 0, 4100],
      ['b', 8192, 1024],
    ]);
    expect(inline.get(graph)!.map(({ name }) => name)).toEqual(['small']);
    expect(external.get(graph)!.get('b')).toEqual({ file: 'w.data', offset: 8192, length: 1024 });
  });

  it('stores a parameter of two graphs once, but constants of the same name twice', () => {
    const [first, second] = [
      graphOf(tensor('weight', 1024), tensor('constant_0', 1024, false)),
      graphOf(tensor('constant_0', 1024, false), tensor('weight', 1024)),
    ];
    const { stored, external } = planStorage([first, second], 'w.data');
    expect(stored.map(({ initializer }) => initializer.name)).toEqual(['weight', 'constant_0', 'constant_0']);
    expect(external.get(second)!.get('weight')).toEqual(external.get(first)!.get('weight'));
    expect(external.get(second)!.get('constant_0')).not.toEqual(external.get(first)!.get('constant_0'));
  });

  it('counts on beyond 4 GB', () => {
    const graph = graphOf(tensor('a', 2 ** 30), tensor('b', 2 ** 30), tensor('c', 1024));
    const { stored } = planStorage([graph], 'w.data');
    expect(stored.map(({ offset }) => offset)).toEqual([0, 2 ** 32, 2 ** 33]);
  });
});
