import type { Tensor } from '@tensorflow/tfjs-core';
import { grads, memory, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError, Random, ShapeError } from '@restok/core';
import { setRecomputing } from '@restok/ops';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { Generator } from './generator';
import { tinyGenerator, tinyGeneratorConfig } from '../test/tiny-generator';

const PLAIN = { har: false, class_dropout_prob: 0.5 };
const valuesOf = (run: () => Tensor): number[] => tidy(() => [...run().dataSync()]);
const someIndices = (): ReturnType<typeof tensor2d> =>
  tensor2d(
    Array.from({ length: 32 }, (_, i) => (7 * i) % 12),
    [2, 16],
    'int32',
  );

describe.each(testBackends)('Generator on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('drops in training what the seed says, and nothing without one', () => {
    const rates = { token_dropout_p: 0.2, resid_dropout_p: 0.2, ffn_dropout_p: 0.2, drop_path_rate: 0.2 };
    const generator = tinyGenerator({ ...rates, class_dropout_prob: 0.5 });
    const run = (seed?: number): number[] =>
      valuesOf(() =>
        generator.forward(someIndices(), tensor1d([0, 1], 'int32'), {
          dropouts: seed === undefined ? undefined : new Random(seed),
        }),
      );
    expect(run()).toEqual(run());
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(run(1)).not.toEqual(run());
    generator.dispose();
  });

  it('has the same gradients bit for bit when its blocks compute again in the backward pass', async () => {
    const rates = { token_dropout_p: 0.2, resid_dropout_p: 0.2, ffn_dropout_p: 0.2, drop_path_rate: 0.2 };
    const generator = tinyGenerator({ ...rates, class_dropout_prob: 0.5 });
    const parameters = [...generator.namedParameters()].map(([, { value }]) => value);
    const draws = new Random(1);
    const pass = (): Tensor => {
      draws.state = new Random(1).state;
      return sum(generator.forward(someIndices(), tensor1d([0, 3], 'int32'), { dropouts: draws }));
    };
    const gradients = (): number[][] =>
      tidy(() => grads(pass)(parameters).map((each) => [...each.dataSync()]));
    const plain = gradients();
    const state = draws.state;
    expect(setRecomputing(generator, true)).toBe(2);
    expect(gradients()).toEqual(plain);
    expect(draws.state).toEqual(state);
    expect(await tensorsLeftBy(gradients)).toBe(0);
    generator.dispose();
  });

  it('leaves no tensors behind after a pass with gradients, nor after its end', () => {
    const before = memory().numTensors;
    const generator = tinyGenerator();
    const step = (): void =>
      tidy(() => {
        const parameters = [...generator.namedParameters()].map(([, parameter]) => parameter.value);
        const loss = (): Tensor =>
          sum(generator.forward(someIndices(), tensor1d([0, 3], 'int32'), { dropouts: new Random(1) }));
        const gradients = grads(loss)(parameters);
        expect(gradients.every((gradient) => gradient.dataSync().every(Number.isFinite))).toBe(true);
      });
    step(); // makes the rotary table, which stays with the model
    const between = memory().numTensors;
    step();
    expect(memory().numTensors).toBe(between);
    generator.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('Generator', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('knows its levels and the label that means no class', () => {
    const [har, plain] = [new Generator(tinyGeneratorConfig()), new Generator(tinyGeneratorConfig(PLAIN))];
    expect([har.numLatents, har.isHar, har.nullLabel]).toEqual([16, true, 3]);
    expect(har.levelSizes).toEqual([1, 1, 2, 4, 8]);
    expect(plain.isHar).toBe(false);
    expect(new Generator(tinyGeneratorConfig({ class_dropout_prob: 0 })).nullLabel).toBeUndefined();
  });

  it('starts with equal logits for every index, and the same weights for the same seed', () => {
    const [first, second] = [1, 1].map((seed) => new Generator(tinyGeneratorConfig(), { seed }));
    const logits = valuesOf(() => first!.forward(someIndices(), tensor1d([0, 1], 'int32')));
    expect(logits.every((value) => value === 0)).toBe(true);
    const weightsOf = (generator: Generator): number[][] =>
      [...generator.namedParameters()].map(([, parameter]) => [...parameter.value.dataSync()]);
    expect(weightsOf(first!)).toEqual(weightsOf(second!));
    [first, second].forEach((generator) => generator!.dispose());
  });

  it('sees in a plain model, at each position, only the latents before', () => {
    const generator = tinyGenerator(PLAIN);
    const changed = Array.from(someIndices().dataSync());
    changed[9] = (changed[9]! + 1) % 12;
    const run = (values: number[]): number[] =>
      valuesOf(() => generator.forward(tensor2d(values, [2, 16], 'int32'), tensor1d([0, 1], 'int32')));
    const [before, after] = [run(Array.from(someIndices().dataSync())), run(changed)];
    const differing = Array.from({ length: 32 }, (_, row) => row).filter((row) =>
      before.slice(12 * row, 12 * row + 12).some((value, i) => value !== after[12 * row + i]),
    );
    expect(differing).toEqual([10, 11, 12, 13, 14, 15]);
    generator.dispose();
  });

  it('throws ShapeError for indices and labels that do not fit', () => {
    const generator = tinyGenerator();
    const forward = (indices: Tensor, labels: number[]) => () =>
      generator.forward(indices as ReturnType<typeof tensor2d>, tensor1d(labels, 'int32'));
    const good = someIndices();
    expect(forward(tensor2d([[1, 2]], [1, 2], 'int32'), [0])).toThrow(ShapeError);
    expect(forward(tensor2d([[1, 2]], [1, 2], 'int32'), [0])).toThrow(
      'indices must be int32 [B, 16], got int32 [1, 2]',
    );
    expect(forward(tensor2d(new Array<number>(16).fill(0), [1, 16]), [0])).toThrow('got float32 [1, 16]');
    const outside = tensor2d([...new Array<number>(15).fill(0), 12], [1, 16], 'int32');
    expect(forward(outside, [0])).toThrow('indices must be in 0 ... 11, got 12 at position 15');
    expect(forward(good, [0, 4])).toThrow('labels must be whole numbers in 0 ... 3, got 4');
    expect(forward(good, [0])).toThrow('labels must be [2], got [1]');
    generator.dispose();
  });

  it('throws ConfigError with every problem of its config', () => {
    expect(() => new Generator({ ...tinyGeneratorConfig(), dim: 15, block_size: 12 })).toThrow(ConfigError);
    expect(() => new Generator({ ...tinyGeneratorConfig(), dim: 15, block_size: 12 })).toThrow(
      /even head width; block_size must be a power of two/,
    );
  });
});
