import { ConfigError } from '@restok/core';
import type { GeneratorData } from '@restok/training';
import { describe, expect, it } from 'vitest';
import { labelsByName } from './labels-by-name';

const MODEL = ['birds', 'cats', 'dogs'];

/** Picture i has label i. */
function dataOf(...classNames: string[]): GeneratorData {
  return {
    count: classNames.length,
    numLatents: 1,
    codebookSize: 4,
    classNames,
    read: (pictures) =>
      Promise.resolve({ indices: Int32Array.from(pictures), labels: Int32Array.from(pictures) }),
  };
}

async function labelsOf(data: GeneratorData): Promise<number[]> {
  return [...(await data.read(data.classNames.map((_, i) => i).slice(0, data.count))).labels];
}

describe('labelsByName', () => {
  it('gives pictures the labels of the model, whatever the order and number of the classes', async () => {
    const data = labelsByName(dataOf('dogs', 'birds'), MODEL);
    expect(await labelsOf(data)).toEqual([2, 0]);
    expect(data.classNames).toEqual(MODEL);
    expect(data).toMatchObject({ count: 2, numLatents: 1, codebookSize: 4 });
  });

  it.each<[string, readonly string[] | undefined]>([
    ['has no names', undefined],
    ['knows none of the names', ['red', 'green']],
  ])('keeps the numbers where the model %s', async (_, model) => {
    const data = dataOf('dogs', 'cats');
    expect(labelsByName(data, model)).toBe(data);
    expect(await labelsOf(data)).toEqual([0, 1]);
  });

  it('refuses names of which the model knows some only', () => {
    expect(() => labelsByName(dataOf('dogs', 'fish'), MODEL)).toThrow(ConfigError);
    expect(() => labelsByName(dataOf('dogs', 'fish'), MODEL)).toThrow(/no class fish, but the other 1/);
  });
});
