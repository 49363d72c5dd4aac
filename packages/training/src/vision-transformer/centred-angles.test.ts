import { expectClose } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { centredAngles } from './centred-angles';

/** One float32 rounding. */
const ROUNDING = 1e-6;

describe('centredAngles', () => {
  it('leaves tokens before the patches alone', () => {
    const { cos, sin } = centredAngles({ rows: 1, columns: 1 }, 4, 2);
    expect([cos.length, sin.length]).toEqual([12, 12]);
    expect([...cos.subarray(0, 8), ...sin.subarray(0, 8)]).toEqual([
      ...Array<number>(8).fill(1),
      ...Array<number>(8).fill(0),
    ]);
  });

  it('turns a quarter of the channels by the row, a quarter by the column, and repeats them', () => {
    // Centres at -1/2 and 1/2 of two rows; the one column stands at 0.
    const { cos, sin } = centredAngles({ rows: 2, columns: 1 }, 8, 0);
    const slow = Math.PI / 10;
    const first = [-Math.PI, -slow, 0, 0];
    const turns = [...first, ...first, ...first.map((turn) => -turn), ...first.map((turn) => -turn)];
    expectClose(cos, turns.map(Math.cos), ROUNDING);
    expectClose(sin, turns.map(Math.sin), ROUNDING);
  });
});
