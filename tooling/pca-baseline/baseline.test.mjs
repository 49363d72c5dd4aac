import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { useNodeBackend } from '@restok/backend-node';
import { possibleSplits } from './baseline.mjs';
import { principalComponents, project } from './principal-components.mjs';

/** Pictures of four samples as the emoji set gives them. */
function pictures(rows) {
  return { count: rows.length, bytes: (index) => Uint8Array.from(rows[index]) };
}

describe('principalComponents', () => {
  before(() => useNodeBackend());

  it('finds the mean, the directions and the variances of pictures that vary in two ways', () => {
    // About (100, 100, 100, 51): the first sample by ±51 (0.2), the last by ±30, each in half of them.
    const set = pictures([
      [151, 100, 100, 51],
      [49, 100, 100, 51],
      [100, 100, 100, 81],
      [100, 100, 100, 21],
    ]);
    const { mean, components, variances } = principalComponents(set, { count: 2, passes: 3, seed: 1 });
    assert.deepEqual(
      [...mean].map((value) => Math.round(value * 255)),
      [100, 100, 100, 51],
    );
    assert.ok(Math.abs(variances[0] - 0.02) < 1e-6, `${variances[0]}`);
    assert.ok(Math.abs(Math.abs(components[0]) - 1) < 1e-5);
    assert.ok(Math.abs(variances[1] - (30 / 255) ** 2 / 2) < 1e-6, `${variances[1]}`);
    assert.ok(Math.abs(Math.abs(components[7]) - 1) < 1e-5);
    const coordinates = project(set, mean, components, 2);
    assert.ok(Math.abs(Math.abs(coordinates[0]) - 0.2) < 1e-5);
    assert.ok(Math.abs(coordinates[0] + coordinates[2]) < 1e-5);
  });
});

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
