import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { possibleSplits } from './baseline.mjs';

describe('possibleSplits', () => {
  it('buys as many components as the budget pays for', () => {
    const splits = possibleSplits(12).filter(({ quantizer }) => quantizer === 'gaussian');
    assert.deepEqual(
      splits.map(({ components, bitsPerComponent }) => [components, bitsPerComponent]),
      [
        [6, 2],
        [4, 3],
        [3, 4],
        [2, 5],
        [2, 6],
        [1, 7],
        [1, 8],
      ],
    );
  });

  it('leaves out more bits per component than the budget has', () => {
    assert.deepEqual([...new Set(possibleSplits(3).map(({ bitsPerComponent }) => bitsPerComponent))], [2, 3]);
  });
});
