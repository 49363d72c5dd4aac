import { describe, expect, it } from 'vitest';
import type { RunObserver } from '../run-observer';
import { bothObservers } from './both-observers';

type Observer = RunObserver<{ step: number }, object>;

describe('bothObservers', () => {
  it('tells both of everything, the first one first, and does without what one does not watch', () => {
    const told: string[] = [];
    const first: Observer = {
      onStart: () => told.push('first start'),
      onStep: ({ step }) => told.push(`first step ${step}`),
      onPassedOver: ({ count }) => told.push(`first passed over ${count}`),
      onEvaluation: ({ step }) => told.push(`first evaluation ${step}`),
      onSave: (path) => told.push(`first ${path}`),
    };
    const second: Observer = { onStep: ({ step }) => told.push(`second step ${step}`) };
    for (const both of [bothObservers(first, second), bothObservers(first)]) {
      both.onStart?.({
        ...{
          backend: { backend: 'restok-node', gemm: 'wasm', library: 'none', threads: 1, reason: '' },
          startStep: 0,
          maxSteps: 1,
        },
        ...{ numParameters: 1, workers: [], skipped: [] },
      });
      both.onStep?.({ step: 1, picturesPerSecond: 1, dataWait: 0 });
      both.onPassedOver?.({ count: 2, names: [] });
      both.onEvaluation?.({ step: 1 });
      both.onSave?.('saved');
      told.push('');
    }
    const alone = ['first passed over 2', 'first evaluation 1', 'first saved', ''];
    expect(told).toEqual([
      ...['first start', 'first step 1', 'second step 1', ...alone],
      ...['first start', 'first step 1', ...alone],
    ]);
  });
});
