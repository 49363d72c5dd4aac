import { expectClose, openFixture } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { logitFilters } from './logit-filters';
import { probabilitiesOf } from './probabilities';

/** One case of the fixture's config. */
interface FilterCase {
  readonly tensor: string;
  readonly top_k?: number;
  readonly top_p: number;
}

/** The reference computes the softmax in float32. */
const FLOAT32_SOFTMAX = 1e-6;

const fixture = openFixture('sampling-filters');
const tensors = fixture.tensors('io');
const cases = (fixture.config.reference.cases as readonly FilterCase[]).filter(
  ({ top_k }) => top_k !== undefined,
);

/** Applies `change` to every row of a `[N, V]` tensor of the fixture. */
function rowsOf(name: string, change: (row: Float32Array) => ArrayLike<number>): number[] {
  const { shape, values } = tensors.get(name)!;
  const width = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) =>
    Array.from(change(Float32Array.from(values.subarray(i * width, (i + 1) * width)))),
  ).flat();
}

function filtered(row: Float32Array, topK: number, topP: number): Float32Array {
  logitFilters.topK(row, topK);
  logitFilters.topP(row, topP);
  return row;
}

describe('logitFilters', () => {
  it.each(cases)('leave the logits of $tensor', ({ tensor, top_k, top_p }) => {
    const expected = Array.from(tensors.get(tensor)!.values);
    expect(rowsOf('logits', (row) => filtered(row, top_k!, top_p))).toEqual(expected);
  });

  it.each(cases)(
    'leave the probabilities of $tensor at temperatures 1 and 0.7',
    ({ tensor, top_k, top_p }) => {
      for (const [label, temperature] of [
        ['T1_0', 1],
        ['T0_7', 0.7],
      ] as const) {
        const name = tensor.replace('nan_ok.filtered', `probs.${label}`);
        const actual = rowsOf('logits', (row) =>
          probabilitiesOf(
            filtered(
              row.map((logit) => logit / temperature),
              top_k!,
              top_p,
            ),
          ),
        );
        expectClose(actual, tensors.get(name)!.values, FLOAT32_SOFTMAX, name);
      }
    },
  );

  it.each([1, 4, 9])('keep all logits that tie with number %i', (topK) => {
    const expected = Array.from(tensors.get(`nan_ok.filtered_ties.k${topK}`)!.values);
    expect(rowsOf('logits_ties', (row) => filtered(row, topK, 1))).toEqual(expected);
  });
});

/** Logits whose probabilities are the given ones. */
const logitsOf = (...probabilities: number[]): Float32Array => Float32Array.from(probabilities, Math.log);
const kept = (row: Float32Array): number[] => [...row.keys()].filter((i) => row[i]! > -Infinity);

describe('logitFilters.topP', () => {
  it.each([
    [0.05, [2]],
    [0.45, [2, 0]],
    [0.75, [2, 0, 3]],
    [0.95, [2, 0, 3, 1]],
    [1, [2, 0, 3, 1]],
  ])('keeps the likeliest until their sum exceeds %f', (topP, expected) => {
    const row = logitsOf(0.3, 0.1, 0.4, 0.2);
    logitFilters.topP(row, topP);
    expect(kept(row)).toEqual([...expected].sort());
  });

  it('keeps those of lower index among equals', () => {
    const row = logitsOf(0.2, 0.2, 0.2, 0.2, 0.2);
    logitFilters.topP(row, 0.5);
    expect(kept(row)).toEqual([0, 1, 2]);
  });

  it('keeps what top-k has dropped away', () => {
    const row = Float32Array.of(0, -Infinity, 0, -Infinity);
    logitFilters.topP(row, 0.999);
    expect(kept(row)).toEqual([0, 2]);
  });
});

describe('logitFilters.topK', () => {
  it('drops none for 0, or for as many as there are', () => {
    for (const topK of [0, 3, 100]) {
      const row = Float32Array.of(1, 2, 3);
      logitFilters.topK(row, topK);
      expect([...row]).toEqual([1, 2, 3]);
    }
  });
});
