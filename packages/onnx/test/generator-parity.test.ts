import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { GenerateOptions, GuidanceScheduleName } from '@restok/generator';
import { Generator } from '@restok/generator';
import {
  expectClose,
  fixtureNames,
  FORWARD_TOLERANCE,
  modelArgsOf,
  openFixture,
  optionsOf,
  runsOf,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportGenerator } from '../src/export/export-generator';
import { OnnxGenerator } from '../src/run/onnx-generator';
import type { WeightType } from '../src/format/onnx-graph';
import { round } from './rounded-weights';
import { temporaryFolder } from './temporary-folder';

/** Indices and guided logits of a whole generation, `[B, L]` and `[B, L, V]`, and how many latents each pass made. */
async function generateAll(
  generator: OnnxGenerator,
  labels: number[],
  options: GenerateOptions,
): Promise<{ indices: number[]; logits: Float32Array; sizes: number[] }> {
  const { numLatents, config } = generator;
  const { vocab_size: vocabulary } = config;
  const indices = new Array<number>(labels.length * numLatents);
  const logits = new Float32Array(indices.length * vocabulary);
  const perStep: Float32Array[] = [];
  const sizes: number[] = [];
  const onLogits = (values: Float32Array): number => perStep.push(values.slice());
  for await (const step of generator.generate(labels, { ...options, onLogits })) {
    const size = step.indices.length / labels.length;
    sizes.push(size);
    labels.forEach((_, sample) => {
      const start = sample * numLatents + step.firstLatent;
      for (let i = 0; i < size; i++) {
        indices[start + i] = step.indices[sample * size + i]!;
      }
      const row = size * vocabulary;
      logits.set(perStep[step.step]!.subarray(sample * row, (sample + 1) * row), start * vocabulary);
    });
  }
  return { indices, logits, sizes };
}

async function exported(
  name: string,
  weights?: WeightType,
): Promise<{ source: Generator; generator: OnnxGenerator }> {
  const fixture = openFixture(name);
  const source = await Generator.fromWeights(modelArgsOf(fixture), fixture.weights());
  const folder = await temporaryFolder();
  await exportGenerator(source, folder, { weights });
  return { source, generator: await OnnxGenerator.load(folder, { threads: 1 }) };
}

describe('generator parity of ONNX', () => {
  beforeAll(() => useTestBackend('cpu'));

  const forward = [...fixtureNames('har-forward-'), ...fixtureNames('ar-vanilla-forward')];
  it.each(forward)('%s: the reference logits of whole sequences', async (name) => {
    const io = openFixture(name).tensors('io');
    const { source, generator } = await exported(name);
    const logits = await generator.forward(Int32Array.from(io.get('idx')!.values), [
      ...io.get('cond')!.values,
    ]);
    const { values, shape } = io.get('eval.logits')!;
    const [batch, stored, vocabulary] = shape as [number, number, number];
    // A vanilla model stores the logits of one more position, from which nothing is predicted.
    const expected = Array.from({ length: batch }, (_, sample) =>
      values.subarray(sample * stored * vocabulary, (sample * stored + generator.numLatents) * vocabulary),
    );
    expectClose(logits, Float32Array.from(expected.flatMap((row) => [...row])), FORWARD_TOLERANCE);
    source.dispose();
    await generator.dispose();
  });

  const cached = [...fixtureNames('har-generate-'), ...fixtureNames('ar-vanilla-generate')];
  it.each(cached)('%s: equal indices and the reference logits in every run', async (name) => {
    const fixture = openFixture(name);
    const io = fixture.tensors('io');
    const { source, generator } = await exported(name);
    const labels = [...io.get('cond')!.values];
    for (const [runName, run] of runsOf<GuidanceScheduleName>(fixture)) {
      const options = optionsOf(runName, run);
      const { indices, logits, sizes } = await generateAll(generator, labels, options);
      expect(sizes, runName).toEqual(run.tokens_per_step);
      expect(indices, runName).toEqual([...io.get(`gen.${runName}.indices`)!.values]);
      expectClose(logits, io.get(`gen.${runName}.logits`)!.values, FORWARD_TOLERANCE, runName);
    }
    const whole = io.get('full_forward.logits_on_cfg1_indices')!;
    const given = Int32Array.from(io.get('gen.cfg1.indices')!.values);
    expectClose(await generator.forward(given, labels), whole.values, FORWARD_TOLERANCE, 'full_forward');
    source.dispose();
    await generator.dispose();
  });

  const rounded = cached.flatMap((name) =>
    (['float16', 'int8'] as const).map((type) => [name, type] as const),
  );
  it.each(rounded)(
    '%s from %s: the indices and logits of a model with these weights',
    async (name, weights) => {
      const fixture = openFixture(name);
      const labels = [...fixture.tensors('io').get('cond')!.values];
      const { source, generator } = await exported(name, weights);
      await round(source, weights);
      const options = { topK: 1, guidanceScale: 2 };
      const expected = await source.generateIndices(labels, options);
      const { indices, logits } = await generateAll(generator, labels, options);
      expect(indices).toEqual([...expected.dataSync()]);
      expect(logits.every(Number.isFinite)).toBe(true);
      const labelTensor = tensor1d(labels, 'int32');
      const whole = source.forward(expected, labelTensor);
      expectClose(await generator.forward(Int32Array.from(indices), labels), whole, FORWARD_TOLERANCE);
      [expected, labelTensor, whole].forEach((tensor) => tensor.dispose());
      source.dispose();
      await generator.dispose();
    },
  );

  it('keeps latents as the tfjs generator does', async () => {
    const { source, generator } = await exported('har-generate-128-ar4');
    const indices = await generator.generateIndices([1, 2], { topK: 1 });
    const kept = tensor2d(indices, [2, generator.numLatents], 'int32');
    const options: GenerateOptions = {
      topP: 0.9,
      seed: 3,
      guidanceScale: 2,
      keep: { indices: kept, numKept: 8 },
    };
    const ours = await generator.generateIndices([2, 0], options);
    const theirs = await source.generateIndices([2, 0], options);
    expect([...ours]).toEqual([...theirs.dataSync()]);
    const labels = tensor1d([2, 0], 'int32');
    const logits = source.forward(theirs, labels);
    expectClose(await generator.forward(ours, [2, 0]), logits, FORWARD_TOLERANCE);
    [kept, theirs, labels, logits].forEach((tensor) => tensor.dispose());
    source.dispose();
    await generator.dispose();
  });
});
