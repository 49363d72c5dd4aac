import { Random, ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { sampleIndices } from './sample-indices';

/** Draws of each of four indices, from logits whose probabilities are 0.1, 0.2, 0.3 and 0.4. */
const LOGITS = Float32Array.from([0.1, 0.2, 0.3, 0.4], Math.log);
const NUM_DRAWS = 20_000;
/** Four standard deviations of a share of one half in that many draws. */
const SHARE_TOLERANCE = 4 * Math.sqrt(0.25 / NUM_DRAWS);

function shares(options: Parameters<typeof sampleIndices>[2]): number[] {
  const rows = new Float32Array(NUM_DRAWS * LOGITS.length);
  for (let i = 0; i < NUM_DRAWS; i++) {
    rows.set(LOGITS, i * LOGITS.length);
  }
  const counts = [0, 0, 0, 0];
  sampleIndices(rows, LOGITS.length, options, new Random(1)).forEach((index) => counts[index]!++);
  return counts.map((count) => count / NUM_DRAWS);
}

function expectShares(actual: number[], expected: number[]): void {
  actual.forEach((share, i) => {
    expect(Math.abs(share - expected[i]!), `share of index ${i}: ${share}`).toBeLessThanOrEqual(
      expected[i] === 0 ? 0 : SHARE_TOLERANCE,
    );
  });
}

describe('sampleIndices', () => {
  it('draws every index as often as its probability says', () => {
    expectShares(shares({}), [0.1, 0.2, 0.3, 0.4]);
  });

  it('squares the probabilities at temperature 0.5', () => {
    expectShares(shares({ temperature: 0.5 }), [1 / 30, 4 / 30, 9 / 30, 16 / 30]);
  });

  it('draws only what top-k leaves', () => {
    expectShares(shares({ topK: 2 }), [0, 0, 3 / 7, 4 / 7]);
  });

  it('draws only what top-p leaves of what top-k left', () => {
    // Of 2/9, 3/9 and 4/9 the last two together exceed 0.7.
    expectShares(shares({ topK: 3, topP: 0.7 }), [0, 0, 3 / 7, 4 / 7]);
  });

  it('takes the largest logit when topK is 1, the first on ties, and draws no numbers', () => {
    const random = new Random(3);
    const state = random.state;
    const logits = Float32Array.of(0, 2, 1, 2, -5, -Infinity, -7, -5);
    expect([...sampleIndices(logits, 4, { topK: 1, temperature: 9 }, random)]).toEqual([1, 0]);
    expect(random.state).toEqual(state);
  });

  it('takes the largest logit at a temperature next to 0', () => {
    const logits = Float32Array.of(1, 1e33, 0.5);
    expect([...sampleIndices(logits, 3, { temperature: 1e-30 }, new Random(4))]).toEqual([1]);
  });

  it('gives these indices for this seed, on every machine', () => {
    const logits = Float32Array.from({ length: 8 * 16 }, (_, i) => Math.fround(((i * 37) % 64) / 16));
    const options = { temperature: 1, topP: 0.95 };
    const indices = [...sampleIndices(logits, 16, options, new Random(7))];
    expect(indices).toEqual([1, 3, 12, 14, 6, 9, 6, 1]);
    expect([...sampleIndices(logits, 16, options, new Random(8))]).not.toEqual(indices);
  });

  it('draws one number per position, so positions may be given together or one after the other', () => {
    const logits = Float32Array.from({ length: 6 * 4 }, (_, i) => (i * 7) % 5);
    const together = sampleIndices(logits, 4, {}, new Random(5));
    const random = new Random(5);
    const apart = [0, 1, 2, 3, 4, 5].map(
      (i) => sampleIndices(logits.subarray(i * 4, i * 4 + 4), 4, {}, random)[0],
    );
    expect([...together]).toEqual(apart);
  });

  it('leaves the logits as they are', () => {
    const logits = LOGITS.slice();
    sampleIndices(logits, 4, { temperature: 0.5, topK: 2, topP: 0.5 }, new Random(6));
    expect(logits).toEqual(LOGITS);
  });

  it.each([
    ['NaN', Float32Array.of(0, 1, 0, NaN)],
    ['Infinity', Float32Array.of(0, 1, Infinity, 0)],
    ['-Infinity', Float32Array.of(0, 1, -Infinity, -Infinity)],
  ])('throws ShapeError that names the position of %s, also when it takes the largest', (value, logits) => {
    for (const topK of [0, 1]) {
      const run = () => sampleIndices(logits, 2, { topK }, new Random(1));
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(`got ${value} at position 1`);
    }
  });

  it('throws ShapeError when the logits are no whole rows or an option is out of range', () => {
    expect(() => sampleIndices(LOGITS, 3, {}, new Random(1))).toThrow(ShapeError);
    expect(() => sampleIndices(LOGITS, 0, {}, new Random(1))).toThrow(ShapeError);
    expect(() => sampleIndices(LOGITS, 4, { topP: 0 }, new Random(1))).toThrow('topP must be');
  });
});
