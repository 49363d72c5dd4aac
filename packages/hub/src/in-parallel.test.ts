import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('works on so many at a time, in order', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await inParallel([1, 2, 3, 4, 5], 2, undefined, async (item) => {
      begun.push(item);
      most = Math.max(most, ++running);
      await turn();
      running--;
    });
    expect([begun, most]).toEqual([[1, 2, 3, 4, 5], 2]);
  });

  it('begins nothing after a failure, and waits for what is under way', async () => {
    const ended: number[] = [];
    const failing = inParallel([1, 2, 3, 4], 2, undefined, async (item) => {
      if (item === 1) {
        throw new Error('first');
      }
      await turn();
      ended.push(item);
    });
    await expect(failing).rejects.toThrow('first');
    expect(ended).toEqual([2]);
  });

  it('stops with the reason of its signal', async () => {
    const reason = new Error('stopped');
    await expect(inParallel([1], 1, AbortSignal.abort(reason), turn)).rejects.toBe(reason);
  });
});
