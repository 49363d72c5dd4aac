import { memory, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError, ShapeError } from '@restok/core';
import { expectClose, FORWARD_TOLERANCE, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GenerateOptions, GenerationStep } from './generate-options';
import type { Generator } from './generator';
import { tinyGenerator } from '../test/tiny-generator';

let made: Generator[] = [];

function build(changes: Parameters<typeof tinyGenerator>[0] = {}): Generator {
  const generator = tinyGenerator(changes);
  made.push(generator);
  return generator;
}

afterEach(() => {
  made.forEach((generator) => generator.dispose());
  made = [];
});

async function stepsOf(
  generator: Generator,
  labels: number[],
  options: GenerateOptions,
): Promise<GenerationStep[]> {
  const steps: GenerationStep[] = [];
  for await (const step of generator.generate(labels, options)) {
    steps.push(step);
  }
  return steps;
}

/** All indices as rows. */
async function rowsOf(generator: Generator, labels: number[], options: GenerateOptions): Promise<number[][]> {
  const indices = await generator.generateIndices(labels, options);
  const rows = await indices.array();
  indices.dispose();
  return rows;
}

const GUIDED: GenerateOptions = {
  guidanceScale: 3,
  guidanceSchedule: { name: 'step', start: 0.25 },
  seed: 7,
};

describe.each(testBackends)('Generator.generate on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('yields the first latents one by one and then whole levels', async () => {
    const steps = await stepsOf(build(), [0, 2], GUIDED);
    expect(steps.map(({ step, numSteps }) => [step, numSteps])).toEqual(
      [0, 1, 2, 3, 4].map((step) => [step, 5]),
    );
    expect(steps.map(({ firstLatent }) => firstLatent)).toEqual([0, 1, 2, 4, 8]);
    expect(steps.map(({ indices }) => indices.length / 2)).toEqual([1, 1, 2, 4, 8]);
  });

  it('gives the logits that the whole sequence has, for class and no class, with grouped key heads too', async () => {
    for (const changes of [{}, { n_kv_head: 1 }, { har: false, block_size: 8 }, { ar_token_num: 1 }]) {
      const generator = build(changes);
      const { numLatents, nullLabel, config } = generator;
      const guided = new Map<number, Float32Array>();
      const onLogits = (logits: Float32Array, step: number): unknown => guided.set(step, logits.slice());
      const scale = 2;
      const steps = await stepsOf(generator, [1], { seed: 3, guidanceScale: scale, onLogits });
      const indices = steps.flatMap((step) => [...step.indices]);
      tidy(() => {
        const given = tensor2d([indices, indices], [2, numLatents], 'int32');
        const both = generator.forward(given, tensor1d([1, nullLabel!], 'int32')).dataSync();
        const half = both.length / 2;
        const expected = Float32Array.from(
          { length: half },
          (_, i) => both[half + i]! + (both[i]! - both[half + i]!) * scale,
        );
        expect(guided.size).toBe(steps.length);
        for (const { step, firstLatent, indices: ofStep } of steps) {
          const [from, to] = [firstLatent, firstLatent + ofStep.length].map(
            (latent) => latent * config.vocab_size,
          );
          expectClose(guided.get(step)!, expected.subarray(from, to), FORWARD_TOLERANCE, `step ${step}`);
        }
      });
    }
  });

  it('gives each sample what its seed and place say, whatever the others are', async () => {
    const generator = build();
    const [first, second] = await rowsOf(generator, [0, 2], GUIDED);
    expect(await rowsOf(generator, [0, 2], GUIDED)).toEqual([first, second]);
    expect(await rowsOf(generator, [0, 1], GUIDED)).toEqual([first, expect.not.arrayContaining([first])]);
    expect(await rowsOf(generator, [0], GUIDED)).toEqual([first]);
    expect(await rowsOf(generator, [0], { ...GUIDED, seed: 8 })).not.toEqual([first]);
    expect(await rowsOf(generator, [2], { ...GUIDED, firstSample: 1 })).toEqual([second]);
  });

  it('frees everything at the end, and when the loop is left or a callback throws', async () => {
    const generator = build();
    (await generator.generateIndices([0], GUIDED)).dispose(); // makes the table that stays with the model
    expect(await tensorsLeftBy(() => stepsOf(generator, [0, 1], GUIDED))).toBe(0);
    const leave = async (): Promise<void> => {
      for await (const { step } of generator.generate([0], GUIDED)) {
        if (step === 2) {
          break;
        }
      }
    };
    expect(await tensorsLeftBy(leave)).toBe(0);
    const fail = (): never => {
      throw new Error('stop');
    };
    const failing = (): Promise<void> =>
      expect(rowsOf(generator, [0], { ...GUIDED, onLogits: fail })).rejects.toThrow('stop');
    expect(await tensorsLeftBy(failing)).toBe(0);
  });
});

describe('keeping latents', () => {
  beforeAll(() => useTestBackend('cpu'));

  it.each([1, 2, 4, 8])('continues from %i given latents as if it had generated them', async (numKept) => {
    const generator = build();
    const greedy: GenerateOptions = { ...GUIDED, topK: 1 };
    const whole = await rowsOf(generator, [0, 2], greedy);
    const steps = await stepsOf(generator, [0, 2], { ...greedy, keep: { indices: whole, numKept } });
    expect(steps[0]).toMatchObject({ step: 0, firstLatent: 0 });
    expect([...steps[0]!.indices]).toEqual(whole.flatMap((row) => row.slice(0, numKept)));
    expect(steps).toHaveLength(steps[0]!.numSteps);
    expect(await rowsOf(generator, [0, 2], { ...greedy, keep: { indices: whole, numKept } })).toEqual(whole);
  });

  it('does the same for plain generators, and for published positions', async () => {
    for (const [changes, options] of [
      [{ har: false, block_size: 8 }, {}],
      [{ ar_token_num: 1 }, { publishedPositions: true }],
    ] as const) {
      const generator = build(changes);
      const greedy: GenerateOptions = { ...GUIDED, ...options, topK: 1 };
      const whole = await rowsOf(generator, [1], greedy);
      expect(await rowsOf(generator, [1], { ...greedy, keep: { indices: whole, numKept: 4 } })).toEqual(
        whole,
      );
    }
  });

  it('draws only the rest anew, and takes a tensor, which it does not dispose', async () => {
    const generator = build();
    const indices = tensor2d([new Array<number>(16).fill(5)], [1, 16], 'int32');
    const before = memory().numTensors;
    const [row] = await rowsOf(generator, [1], { seed: 1, keep: { indices, numKept: 8 } });
    expect(memory().numTensors).toBe(before + 2); // the rotary table
    expect(row!.slice(0, 8)).toEqual(new Array(8).fill(5));
    expect(new Set(row!.slice(8)).size).toBeGreaterThan(1);
    const [all] = await rowsOf(generator, [1], { keep: { indices, numKept: 16 } });
    expect(all).toEqual(new Array(16).fill(5));
    indices.dispose();
  });

  it('takes no latents as a generation from the class', async () => {
    const generator = build();
    const options = { seed: 2 };
    const plain = await stepsOf(generator, [1], options);
    expect(await stepsOf(generator, [1], { ...options, keep: { indices: [[]], numKept: 0 } })).toEqual(plain);
  });

  it('throws for a number inside a level, too few rows or latents, and an index that does not exist', async () => {
    const generator = build();
    const keeping = (indices: number[][], numKept: number) => () =>
      generator.generate([0], { keep: { indices, numKept } });
    const row = new Array<number>(16).fill(3);
    expect(keeping([row], 3)).toThrow(ShapeError);
    expect(keeping([row], 3)).toThrow('keep.numKept must be one of 0, 1, 2, 4, 8, 16, got 3');
    expect(keeping([row, row], 4)).toThrow('keep.indices must be [1, 4] or wider, got 2 rows of 16');
    expect(keeping([[1, 2]], 4)).toThrow('got 1 rows of 2');
    await expect(keeping([[1, 12, 0, 0]], 4)().next()).rejects.toThrow(
      'keep.indices must be whole numbers in 0 ... 11, got 12',
    );
  });
});

describe('arguments of generate', () => {
  beforeAll(() => useTestBackend('cpu'));

  it.each([
    [[], {}, 'labels must be whole numbers in 0 ... 2, got none'],
    [[0, 3], {}, 'labels must be whole numbers in 0 ... 2, got 3'],
    [[-1], {}, 'got -1'],
    [[0.5], {}, 'got 0.5'],
    [[0], { temperature: 0 }, 'temperature must be above 0, got 0'],
    [[0], { topP: 0 }, 'topP must be above 0 and at most 1, got 0'],
    [[0], { topK: -1 }, 'topK must be'],
    [[0], { firstSample: -1 }, 'firstSample must be a whole number of at least 0, got -1'],
    [[0], { firstSample: 1.5 }, 'got 1.5'],
    [[0], { firstSample: NaN }, 'got NaN'],
    [[0], { guidanceScale: NaN }, 'guidanceScale must be'],
  ])('are refused at once: %j with %j', (labels, options, message) => {
    const generator = build();
    expect(() => generator.generate(labels, options)).toThrow(ShapeError);
    expect(() => generator.generate(labels, options)).toThrow(message);
  });

  it('may not ask for guidance of a model without the null label', async () => {
    const generator = build({ class_dropout_prob: 0 });
    expect(() => generator.generate([0], { guidanceScale: 2 })).toThrow(ConfigError);
    expect(() => generator.generate([0], { guidanceScale: 2 })).toThrow('guidanceScale must be 1');
    expect(await rowsOf(generator, [0], { guidanceScale: 1 })).toHaveLength(1);
  });
});
