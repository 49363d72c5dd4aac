import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { grads, logSoftmax, mean, mul, oneHot, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import {
  expectValues,
  fixtureNames,
  FORWARD_TOLERANCE,
  inScope,
  isSampled,
  modelArgsOf,
  openFixture,
  optionsOf,
  runsOf,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import type { Fixture, FixtureTensor } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenerateOptions } from './generate-options';
import { Generator } from './generator';
import type { GuidanceScheduleName } from './guidance';

/** Re-runs of the reference in double precision move gradients by 2e-6 of their global norm. */
const GRADIENT_TOLERANCE = 1e-4;

function load(fixture: Fixture): Promise<Generator> {
  return Generator.fromWeights(modelArgsOf(fixture), fixture.weights());
}

const indicesOf = ({ values, shape }: FixtureTensor): Tensor2D =>
  tensor2d(Int32Array.from(values), shape as [number, number], 'int32');

const labelsOf = ({ values }: FixtureTensor): Tensor1D => tensor1d(Int32Array.from(values), 'int32');

/** The first `positions` of stored `[B, T, V]` logits: a vanilla model stores one that nothing is predicted from. */
function firstPositions({ values, shape }: FixtureTensor, positions: number): Float32Array {
  const [batch, stored, vocabulary] = shape as [number, number, number];
  const rows = Array.from({ length: batch }, (_, sample) => {
    const start = sample * stored * vocabulary;
    return values.subarray(start, start + positions * vocabulary);
  });
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/** Mean cross entropy of the right indices. */
function crossEntropy(generator: Generator, indices: Tensor2D, labels: Tensor1D): Scalar {
  const logits = generator.forward(indices, labels);
  const right = oneHot(indices, generator.config.vocab_size);
  return mul(-generator.config.vocab_size, mean(mul(logSoftmax(logits), right)));
}

/** Schedules meet the logits in JavaScript, whatever the backend, so these stand for all runs on one that is slow. */
const SAMPLED_RUNS = /^(cfg1|step25|interval5|fixedpos_constant)$/;

/** Indices and guided logits of a whole generation, `[B, L]` and `[B, L, V]`. */
async function generateAll(
  generator: Generator,
  labels: number[],
  options: GenerateOptions,
): Promise<{ indices: number[]; logits: Float32Array; sizes: number[] }> {
  const { numLatents, config } = generator;
  const indices = new Array<number>(labels.length * numLatents);
  const logits = new Float32Array(indices.length * config.vocab_size);
  const sizes: number[] = [];
  const perStep: Float32Array[] = [];
  const onLogits = (values: Float32Array): number => perStep.push(values.slice());
  for await (const step of generator.generate(labels, { ...options, onLogits })) {
    const size = step.indices.length / labels.length;
    sizes.push(size);
    labels.forEach((_, sample) => {
      const start = sample * numLatents + step.firstLatent;
      for (let i = 0; i < size; i++) {
        indices[start + i] = step.indices[sample * size + i]!;
      }
      const row = size * config.vocab_size;
      logits.set(perStep[step.step]!.subarray(sample * row, (sample + 1) * row), start * config.vocab_size);
    });
  }
  return { indices, logits, sizes };
}

describe.each(testBackends)('generator parity on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe.each([...fixtureNames('har-forward-'), ...fixtureNames('ar-vanilla-forward')])('%s', (name) => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    let generator: Generator;

    beforeAll(async () => {
      generator = await load(fixture);
    });
    afterAll(() => generator.dispose());

    it('gives the reference logits, those of evaluation and of training without dropout', async () => {
      await inScope(async () => {
        const logits = generator.forward(indicesOf(io.get('idx')!), labelsOf(io.get('cond')!));
        for (const stored of ['eval.logits', 'train.logits']) {
          const expected = firstPositions(io.get(stored)!, generator.numLatents);
          await expectValues(logits, expected, FORWARD_TOLERANCE, stored);
        }
      });
    });

    it('gives the reference loss and gradients', async () => {
      await inScope(async () => {
        const [indices, labels] = [indicesOf(io.get('idx')!), labelsOf(io.get('cond')!)];
        const loss = crossEntropy(generator, indices, labels);
        await expectValues(loss, io.get('train.loss')!.values, FORWARD_TOLERANCE, 'loss');

        const parameters = [...generator.namedParameters()];
        const gradients = grads(() => crossEntropy(generator, indices, labels))(
          parameters.map(([, parameter]) => parameter.value),
        );
        const reference = fixture.tensors('grads');
        expect(parameters.map(([parameter]) => parameter).sort()).toEqual([...reference.keys()].sort());
        let [squaredNorm, squaredDistance] = [0, 0];
        for (const [i, [parameter]] of parameters.entries()) {
          const expected = reference.get(parameter)!.values;
          (await gradients[i]!.data()).forEach((value, position) => {
            squaredNorm += expected[position]! ** 2;
            squaredDistance += (value - expected[position]!) ** 2;
          });
        }
        expect(Math.sqrt(squaredDistance / squaredNorm)).toBeLessThan(GRADIENT_TOLERANCE);
      });
    });
  });

  describe.each([...fixtureNames('har-generate-'), ...fixtureNames('ar-vanilla-generate')])('%s', (name) => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const runs = runsOf<GuidanceScheduleName>(fixture).filter(
      ([run]) => !isSampled(backend) || SAMPLED_RUNS.test(run),
    );
    const labels = [...io.get('cond')!.values];
    let generator: Generator;

    beforeAll(async () => {
      generator = await load(fixture);
    });
    afterAll(() => generator.dispose());

    it.each(runs)('generates the reference indices in the run %s', async (runName, run) => {
      const { indices, logits, sizes } = await generateAll(generator, labels, optionsOf(runName, run));
      expect(sizes).toEqual(run.tokens_per_step);
      expect(sizes).toHaveLength(run.forward_passes);
      expect(indices).toEqual([...io.get(`gen.${runName}.indices`)!.values]);
      await expectValues(logits, io.get(`gen.${runName}.logits`)!.values, FORWARD_TOLERANCE, 'logits');
    });

    it('runs uncached to the reference logits', async () => {
      await inScope(async () => {
        const indices = indicesOf(io.get('gen.cfg1.indices')!);
        const logits = generator.forward(indices, labelsOf(io.get('cond')!));
        await expectValues(logits, io.get('full_forward.logits_on_cfg1_indices')!.values, FORWARD_TOLERANCE);
      });
    });

    it('gives the same logits with the cache and without', async () => {
      const { indices, logits } = await generateAll(generator, labels, { topK: 1 });
      await inScope(async () => {
        const given = tensor2d(indices, [labels.length, generator.numLatents], 'int32');
        const uncached = generator.forward(given, labelsOf(io.get('cond')!));
        await expectValues(logits, uncached, FORWARD_TOLERANCE);
      });
    });
  });
});
