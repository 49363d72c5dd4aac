import { Generator } from '@restok/generator';
import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patternCodes, tinyGeneratorConfig } from '../test/tiny-generator-training';
import { evaluateGenerator } from './evaluate-generator';
import type { GeneratorData } from './generator-part-gradients';

describe('evaluateGenerator', () => {
  let generator: Generator;
  const data = patternCodes(6);

  beforeAll(async () => {
    await useTestBackend('restok-node');
    generator = new Generator(tinyGeneratorConfig().generator, { seed: 1 });
  });
  afterAll(() => generator.dispose());

  it('gives the loss of a new generator, which guesses evenly, over whole and half batches', async () => {
    const { count, loss, levelLosses } = await evaluateGenerator(generator, data, { batchSize: 4 });
    expect(count).toBe(6);
    expect(levelLosses).toHaveLength(generator.levelSizes.length);
    for (const found of [loss, ...levelLosses]) {
      expect(found).toBeCloseTo(Math.log(16), 5);
    }
  });

  it('spreads a smaller number of pictures over the set', async () => {
    const read: number[] = [];
    const watched: GeneratorData = {
      ...data,
      read: (pictures) => {
        read.push(...Array.from(pictures));
        return data.read(pictures);
      },
    };
    await evaluateGenerator(generator, watched, { batchSize: 2, maxPictures: 3 });
    expect(read).toEqual([0, 2, 4]);
  });

  it('leaves no tensors behind, also when a label is out of range', async () => {
    expect(await tensorsLeftBy(() => evaluateGenerator(generator, data, { batchSize: 4 }))).toBe(0);
    const broken: GeneratorData = {
      ...data,
      read: async (pictures) => ({ ...(await data.read(pictures)), labels: Int32Array.of(0, 1, 2, 9) }),
    };
    const failing = async (): Promise<void> => {
      await expect(evaluateGenerator(generator, broken, { batchSize: 4 })).rejects.toThrow(/label|class/);
    };
    expect(await tensorsLeftBy(failing)).toBe(0);
  });
});
