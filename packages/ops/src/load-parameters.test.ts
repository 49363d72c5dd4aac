import type { WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';
import { tensorsLeftBy, testBackends, useTestBackend, weightReader } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { weight, zeros } from './initializers';
import { loadParameters } from './load-parameters';
import { Module } from './module';

class Model extends Module {
  constructor() {
    super();
    this.parameter('weight', [2, 1, 1, 1], weight, 'convolution');
    this.parameter('bias', [2], zeros);
  }
}

/** A weight file of vectors and, where a shape is given, of tensors. */
function weightsOf(tensors: Record<string, { values: number[]; shape?: number[] }>): WeightReader {
  return weightReader(
    new Map(
      Object.entries(tensors).map(([name, { values, shape }]) => [
        name,
        { values: Float32Array.from(values), shape: shape ?? [values.length] },
      ]),
    ),
  );
}

const WEIGHT = { values: [1, 2], shape: [2, 1, 1, 1] };
const BIAS = { values: [3, 4] };

async function errorOf(weights: WeightReader, model = new Model()): Promise<CheckpointError> {
  try {
    await loadParameters(model, weights);
  } catch (error) {
    if (error instanceof CheckpointError) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was thrown');
}

function valuesOf(module: Module): number[][] {
  return [...module.namedParameters()].map(([, { value }]) => [...value.dataSync()]);
}

describe.each(testBackends)('loadParameters on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('fills every parameter by its name, whatever the order of the file', async () => {
    const model = new Model();
    await loadParameters(model, weightsOf({ bias: BIAS, weight: WEIGHT }));
    expect(valuesOf(model)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    model.dispose();
  });

  it('drops the prefixes that a compiler leaves', async () => {
    const model = new Model();
    await loadParameters(model, weightsOf({ '_orig_mod.weight': WEIGHT, bias: BIAS }));
    expect(valuesOf(model)[0]).toEqual([1, 2]);
    model.dispose();
  });

  it('passes over names that it is told to ignore', async () => {
    const model = new Model();
    const weights = weightsOf({ weight: WEIGHT, bias: BIAS, 'vf_proj.weight': BIAS });
    await loadParameters(model, weights, { ignore: (name) => name.startsWith('vf_proj') });
    expect(valuesOf(model)[1]).toEqual([3, 4]);
    model.dispose();
  });

  it('says how far it is after each tensor', async () => {
    const model = new Model();
    const seen: number[][] = [];
    await loadParameters(model, weightsOf({ weight: WEIGHT, bias: BIAS }), {
      onProgress: (loaded, total) => seen.push([loaded, total]),
    });
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ]);
    model.dispose();
  });

  it('lists missing, extra and misshapen tensors in one CheckpointError and loads none', async () => {
    const model = new Model();
    const flat = { values: [1, 2], shape: [2, 1] };
    const error = await errorOf(weightsOf({ weight: flat, other: BIAS, more: BIAS }), model);
    expect(error.details.problems).toEqual([
      'weight is [2, 1], expected [2, 1, 1, 1]',
      'missing bias',
      'unexpected other',
      'unexpected more',
    ]);
    expect(error.message).toContain(
      'weight is [2, 1], expected [2, 1, 1, 1]; missing bias; unexpected other',
    );
    expect(() => valuesOf(model)).toThrow(CheckpointError);
  });

  it('spells out twenty problems and counts the rest', async () => {
    const extra = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`extra${i}`, BIAS]));
    const error = await errorOf(weightsOf({ weight: WEIGHT, bias: BIAS, ...extra }));
    expect(error.message).toContain('unexpected extra19; and 10 more.');
    expect(error.message).not.toContain('extra20');
    expect(error.details.problems).toHaveLength(30);
  });

  it.each([Number.NaN, Infinity, -Infinity])(
    'throws CheckpointError that names where %d is',
    async (value) => {
      const model = new Model();
      const error = await errorOf(weightsOf({ weight: WEIGHT, bias: { values: [3, value] } }), model);
      expect(error.message).toContain(`bias holds ${value} at position 1`);
      expect(error.details).toEqual({ name: 'bias', position: 1 });
      model.dispose();
    },
  );

  it('leaves nothing but the parameters behind', async () => {
    const model = new Model();
    const load = (): Promise<void> => loadParameters(model, weightsOf({ weight: WEIGHT, bias: BIAS }));
    expect(await tensorsLeftBy(load)).toBe(2);
    expect(await tensorsLeftBy(load)).toBe(0);
    model.dispose();
  });
});
