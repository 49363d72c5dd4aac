import { memory, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointError } from '@restok/core';
import { encodeSafetensors } from '@restok/hub';
import { modelArgsOf, openFixture, useTestBackend, weightReader } from '@restok/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tinyGenerator, tinyGeneratorConfig } from '../test/tiny-generator';
import { Generator } from './generator';

describe('Generator.fromWeights', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('is HAR when the weights are, whatever the config says', async () => {
    const fixture = openFixture('har-generate-64-ar1');
    const config = { ...(modelArgsOf(fixture) as object), har: false };
    const generator = await Generator.fromWeights(config, fixture.weights());
    expect(generator.isHar).toBe(true);
    expect(generator.config.har).toBe(false);
    generator.dispose();
  });

  it('leaves no tensors but its result from the first call on', async () => {
    const fixture = openFixture('har-generate-64-ar1');
    const loaded = await Generator.fromWeights(modelArgsOf(fixture), fixture.weights());
    const drawn = new Generator(tinyGeneratorConfig(), { seed: 1 });
    const before = memory().numTensors;
    const made = [await loaded.generateIndices([0], { topK: 1 }), await drawn.generateIndices([0])];
    expect(memory().numTensors).toBe(before + 2);
    [...made, loaded, drawn].forEach((each) => each.dispose());
  });

  it('frees what it has loaded when a weight is not a number', async () => {
    const tensors = new Map(openFixture('ar-vanilla-generate').tensors('model'));
    const { shape, values } = tensors.get('norm.weight')!;
    tensors.set('norm.weight', { shape, values: Float32Array.from(values, () => NaN) });
    const before = memory().numTensors;
    const loading = Generator.fromWeights(
      modelArgsOf(openFixture('ar-vanilla-generate')),
      weightReader(tensors),
    );
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow('norm.weight holds NaN');
    expect(memory().numTensors).toBe(before);
  });
});

describe('Generator.fromPretrained', () => {
  let folder: string;
  beforeAll(() => useTestBackend('cpu'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generator-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const save = async (generator: Generator, config: object): Promise<void> => {
    const tensors = [...generator.namedParameters()].map(([name, parameter]) => ({
      name,
      shape: parameter.publishedShape,
      values: () => parameter.published(),
    }));
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'model.safetensors'), await encodeSafetensors(tensors));
  };

  it('loads what was saved, and gives the same logits', async () => {
    const saved = tinyGenerator();
    await save(saved, saved.config);
    const progress: number[] = [];
    const loaded = await Generator.fromPretrained(folder, { onProgress: (count) => progress.push(count) });
    expect(progress.at(-1)).toBe([...saved.namedParameters()].length);
    expect(loaded.config).toEqual(saved.config);
    const run = (generator: Generator): number[] =>
      tidy(() => {
        const indices = Array.from({ length: 32 }, (_, i) => (7 * i) % 12);
        const logits = generator.forward(tensor2d(indices, [2, 16], 'int32'), tensor1d([2, 0], 'int32'));
        return [...logits.dataSync()];
      });
    expect(run(loaded)).toEqual(run(saved));
    [saved, loaded].forEach((generator) => generator.dispose());
  });

  it('refuses weights of another size in one error', async () => {
    const other = tinyGenerator({ vocab_size: 13 });
    await save(other, tinyGeneratorConfig());
    other.dispose();
    const loading = Generator.fromPretrained(folder);
    await expect(loading).rejects.toThrow(
      /tok_embeddings.weight is \[13, 16\], expected \[12, 16\].*output.weight/,
    );
  });
});
