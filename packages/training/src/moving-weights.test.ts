import { tensor1d } from '@tensorflow/tfjs-core';
import { Parameter, zeros } from '@restok/ops';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { movingAverageDecay, MovingWeights } from './moving-weights';

describe('movingAverageDecay', () => {
  it('is 0 at the first step, then rises as (1 + t) / (10 + t) up to its limit', () => {
    const decays = [0, 1, 2, 3, 1000].map((step) => movingAverageDecay(step, { decay: 0.9 }));
    expect(decays).toEqual([0, 0, 2 / 11, 3 / 12, 0.9]);
  });

  it('waits as long as it is told to, and then keeps to its lower limit', () => {
    const options = { decay: 0.9, updateAfterStep: 5, minDecay: 0.25 };
    expect([6, 7, 8].map((step) => movingAverageDecay(step, options))).toEqual([0, 0.25, 0.25]);
  });
});

describe.each(testBackends)('MovingWeights on %s', (backend) => {
  let parameter: Parameter;
  let averages: MovingWeights;
  const average = (): number[] => [...averages.average('weight').dataSync()];

  beforeEach(async () => {
    await useTestBackend(backend);
    parameter = new Parameter([2], zeros);
    parameter.load(Float32Array.of(1, -2));
    averages = new MovingWeights([['weight', parameter]], { decay: 0.5 });
  });

  afterEach(() => {
    parameter.dispose();
    averages.dispose();
  });

  it('starts with the weights, in memory of its own', () => {
    parameter.load(Float32Array.of(5, 5));
    expect(average()).toEqual([1, -2]);
  });

  it('takes the weights over at the first step and follows them from then on', () => {
    parameter.load(Float32Array.of(4, 8));
    averages.update(1);
    expect(average()).toEqual([4, 8]);
    parameter.load(Float32Array.of(8, 0));
    averages.update(100); // decay 0.5
    expect(average()).toEqual([6, 4]);
  });

  it('takes the place of the weights while something runs, and gives it back', async () => {
    parameter.load(Float32Array.of(3, 3));
    const seen = await averages.during(() => Promise.resolve([...parameter.value.dataSync()]));
    expect(seen).toEqual([1, -2]);
    expect([...parameter.value.dataSync()]).toEqual([3, 3]);
    expect(average()).toEqual([1, -2]);
  });

  it('gives the place back when what runs fails', async () => {
    parameter.load(Float32Array.of(3, 3));
    await expect(averages.during(() => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
    expect([...parameter.value.dataSync()]).toEqual([3, 3]);
  });

  it('takes a loaded average', () => {
    averages.restore('weight', tensor1d([7, 9]));
    expect(average()).toEqual([7, 9]);
  });

  it('keeps the number of tensors', async () => {
    expect(await tensorsLeftBy(() => averages.update(3))).toBe(0);
    expect(await tensorsLeftBy(() => averages.during(() => Promise.resolve()))).toBe(0);
    expect(await tensorsLeftBy(() => averages.restore('weight', tensor1d([7, 9])))).toBe(0);
  });
});
