import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { Generator } from '@restok/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { generateInParts } from './generate-in-parts';

const shape = { n_layer: 1, n_head: 2, dim: 16, vocab_size: 32, block_size: 8, num_classes: 5 };
const generator = new Generator(
  { ...shape, har: true, ar_token_num: 2 },
  { seed: 1, initialization: 'variancePreserving' },
);
afterAll(() => generator.dispose());

const LABELS = [0, 1, 2, 3, 4];

const stepsOf = (atOnce: number) => generateInParts(generator, LABELS, atOnce, () => ({ seed: 7 }));

async function indicesOf(atOnce: number): Promise<number[][]> {
  const steps: number[][] = [];
  for await (const { indices } of stepsOf(atOnce)) {
    steps.push([...indices]);
  }
  return steps;
}

describe('generateInParts', () => {
  it('gives the same pictures, pass by pass, however many go through together', async () => {
    const together = await indicesOf(LABELS.length);
    expect(together.map(({ length }) => length / LABELS.length)).toEqual([1, 1, 2, 4]);
    expect(await indicesOf(2)).toEqual(together);
    expect(await indicesOf(1)).toEqual(together);
  });

  it('frees what all parts hold when it is left early', async () => {
    await indicesOf(2); // makes the table that stays with the model
    const before = memory().numTensors;
    for await (const { step } of stepsOf(2)) {
      if (step === 1) {
        break;
      }
    }
    expect(memory().numTensors).toBe(before);
  });
});
