import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundaries, gaussian, nearestLevel, uniform } from './quantizers.mjs';

function assertClose(actual, expected, tolerance) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) < tolerance, `${actual[i]} is not ${value}`),
  );
}

describe('uniform', () => {
  it('spaces levels evenly over three deviations to either side', () => {
    assertClose(uniform(1), [-1.5, 1.5], 1e-12);
    assertClose(uniform(2), [-2.25, -0.75, 0.75, 2.25], 1e-12);
  });
});

describe('gaussian', () => {
  it('is the mean of each half for one bit, sqrt(2 / pi)', () => {
    assertClose(gaussian(1), [-0.79788, 0.79788], 1e-4);
  });

  it("gives Max's levels for two and three bits", () => {
    assertClose(gaussian(2), [-1.5104, -0.4528, 0.4528, 1.5104], 1e-4);
    assertClose(gaussian(3).slice(4), [0.2451, 0.756, 1.3439, 2.152], 1e-4);
  });
});

describe('nearestLevel', () => {
  it('takes the nearer neighbour, and the outermost level beyond the ends', () => {
    const levels = Float64Array.of(-1, 0, 4);
    const edges = boundaries(levels);
    const values = [-9, -0.6, -0.4, 1.9, 2.1, 9];
    assert.deepEqual(
      values.map((value) => nearestLevel(value, levels, edges)),
      [-1, -1, 0, 0, 4, 4],
    );
  });
});
