import { describe, expect, it } from 'vitest';
import { gaussianBlur, gaussianWindow, windowSize } from './gaussian-blur';

const windowSum = gaussianWindow.reduce((sum, tap) => sum + tap, 0);

describe('gaussianWindow', () => {
  it('is symmetric, falls by exp(-1 / 4.5) beside the centre and adds up to 1, all in single precision', () => {
    expect(gaussianWindow[4]! / gaussianWindow[5]!).toBeCloseTo(Math.exp(-1 / 4.5), 7);
    expect(gaussianWindow[6]).toBe(gaussianWindow[4]);
    expect(gaussianWindow).toEqual(gaussianWindow.map(Math.fround));
    expect(windowSum).toBeCloseTo(1 - 3.1e-8, 9);
  });
});

describe('gaussianBlur', () => {
  it('shortens each side by ten and keeps a flat plane flat', () => {
    const blurred = gaussianBlur({ height: 12, width: 14, values: new Float64Array(168).fill(0.5) });
    expect([blurred.height, blurred.width]).toEqual([2, 4]);
    blurred.values.forEach((value) => expect(value).toBeCloseTo(0.5 * windowSum ** 2, 14));
  });

  it('gives back the window, rows times columns, for one bright pixel', () => {
    const values = new Float64Array(12 * 13);
    values[3 * 13 + 5] = 1;
    const blurred = gaussianBlur({ height: 12, width: 13, values });
    for (let row = 0; row < 12 - windowSize + 1; row++) {
      for (let column = 0; column < 13 - windowSize + 1; column++) {
        const wanted = gaussianWindow[3 - row]! * gaussianWindow[5 - column]!;
        expect(blurred.values[row * 3 + column]).toBeCloseTo(wanted, 14);
      }
    }
  });
});
