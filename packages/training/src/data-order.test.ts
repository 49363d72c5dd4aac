import { describe, expect, it } from 'vitest';
import { DataOrder } from './data-order';

const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);

describe('DataOrder', () => {
  it('shows every picture once an epoch, in an order of the epoch', () => {
    const order = new DataOrder(12, 3);
    const epochs = [0, 1, 2].map((epoch) => [0, 1, 2].flatMap((i) => order.batch(epoch * 3 + i, 4)));
    for (const epoch of epochs) {
      expect(sorted(epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  it('lets a batch run across epochs', () => {
    const order = new DataOrder(3, 3);
    const seen = [0, 1, 2].flatMap((batch) => order.batch(batch, 4));
    for (let epoch = 0; epoch < 4; epoch++) {
      expect(sorted(seen.slice(epoch * 3, epoch * 3 + 3))).toEqual([0, 1, 2]);
    }
  });

  it('gives a batch whatever was asked before, so that a run can go on anywhere', () => {
    const order = new DataOrder(7, 11);
    const all = Array.from({ length: 10 }, (_, batch) => order.batch(batch, 3));
    expect(order.batch(2, 3)).toEqual(all[2]);
    expect(new DataOrder(7, 11).batch(9, 3)).toEqual(all[9]);
  });

  it('makes of two batches in turn one of twice the size', () => {
    const order = new DataOrder(7, 11);
    expect(order.batch(3, 4)).toEqual([...order.batch(6, 2), ...order.batch(7, 2)]);
  });

  it('depends on the seed', () => {
    expect(new DataOrder(50, 1).batch(0, 50)).not.toEqual(new DataOrder(50, 2).batch(0, 50));
  });
});
