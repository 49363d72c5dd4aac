import type { Tensor3D } from '@tensorflow/tfjs-core';
import { ones, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { TrainingDropouts } from './training-dropouts';

const NONE = {
  token_dropout_p: 0,
  resid_dropout_p: 0,
  ffn_dropout_p: 0,
  drop_path_rate: 0,
  class_dropout_prob: 0,
  n_layer: 3,
};

const dropoutsOf = (rates: Partial<typeof NONE>): TrainingDropouts =>
  new TrainingDropouts({ ...NONE, ...rates }, new Random(1));
const block = (): Tensor3D => ones([64, 4, 4]);
const distinct = (x: Tensor3D): number[] => [...new Set(x.dataSync())].sort((a, b) => a - b);

describe('TrainingDropouts', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('changes nothing, and draws nothing, where every rate is 0', () => {
    tidy(() => {
      const random = new Random(1);
      const state = random.state;
      const dropouts = new TrainingDropouts(NONE, random);
      const x = block();
      const changed = [dropouts.tokens(x), dropouts.attention(x, 2), dropouts.feedForward(x, 2)];
      expect(changed.map(distinct)).toEqual([[1], [1], [1]]);
      expect(random.state).toEqual(state);
    });
  });

  it('has a rate of its own for tokens, attention and feed-forward layers', () => {
    tidy(() => {
      const x = block();
      const [tokens, attention, feedForward] = [
        dropoutsOf({ token_dropout_p: 0.5 }),
        dropoutsOf({ resid_dropout_p: 0.5 }),
        dropoutsOf({ ffn_dropout_p: 0.5 }),
      ];
      for (const [dropouts, dropped] of [
        [tokens, 'tokens'],
        [attention, 'attention'],
        [feedForward, 'feedForward'],
      ] as const) {
        const values = {
          tokens: distinct(dropouts.tokens(x)),
          attention: distinct(dropouts.attention(x, 0)),
          feedForward: distinct(dropouts.feedForward(x, 0)),
        };
        expect(values).toEqual({ tokens: [1], attention: [1], feedForward: [1], [dropped]: [0, 2] });
      }
    });
  });

  it('drops other values at each call', () => {
    tidy(() => {
      const dropouts = dropoutsOf({ token_dropout_p: 0.5 });
      const [first, second] = [dropouts.tokens(block()), dropouts.tokens(block())];
      expect([...first.dataSync()]).not.toEqual([...second.dataSync()]);
    });
  });

  it('drops whole samples at a rate that grows from 0 in the first layer', () => {
    tidy(() => {
      const dropouts = dropoutsOf({ drop_path_rate: 0.5 });
      expect(distinct(dropouts.attention(block(), 0))).toEqual([1]);
      // A quarter in the second of three layers, where the others grow by 4/3.
      expect(distinct(dropouts.attention(block(), 1))[1]).toBeCloseTo(4 / 3, 6);
      const last = dropouts.feedForward(block(), 2).dataSync();
      const samples = Array.from({ length: 64 }, (_, i) => new Set(last.subarray(16 * i, 16 * (i + 1))));
      expect(samples.every((values) => values.size === 1)).toBe(true);
      const numDropped = samples.filter((values) => values.has(0)).length;
      // Expected 32, standard deviation 4.
      expect(Math.abs(numDropped - 32)).toBeLessThan(16);
    });
  });

  it('repeats what it dropped, and leaves the stream where it was', () => {
    tidy(() => {
      const random = new Random(1);
      const dropouts = new TrainingDropouts({ ...NONE, resid_dropout_p: 0.5, drop_path_rate: 0.5 }, random);
      const run = dropouts.repeatable((x: Tensor3D) => [...dropouts.attention(x, 2).dataSync()]);
      const first = run(block());
      const after = random.state;
      expect([...dropouts.attention(block(), 2).dataSync()]).not.toEqual(first);
      const later = random.state;
      expect(later).not.toEqual(after);
      expect(run(block())).toEqual(first);
      expect(run(block())).toEqual(first);
      expect(random.state).toEqual(later);
    });
  });

  it('replaces labels by the null label with the probability of the config', () => {
    const labels = new Array<number>(1000).fill(2);
    const numDropped = dropoutsOf({ class_dropout_prob: 0.1 })
      .labels(labels, 7)
      .filter((label) => label === 7).length;
    // Standard deviation 9.5.
    expect(Math.abs(numDropped - 100)).toBeLessThan(40);
    expect(dropoutsOf({ class_dropout_prob: 1 }).labels([1, 2], 7)).toEqual([7, 7]);
    expect(dropoutsOf({}).labels([1, 2], 7)).toEqual([1, 2]);
  });
});
