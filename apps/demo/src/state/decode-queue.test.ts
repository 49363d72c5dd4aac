import { describe, expect, it, vi } from 'vitest';
import { DecodeQueue, maskKey } from './decode-queue';

const job = (...mask: number[]): { key: string; mask: Uint8Array } => ({
  key: maskKey(Uint8Array.from(mask)),
  mask: Uint8Array.from(mask),
});

/** A queue that decodes a mask to its key, and what it decoded in which rounds. */
function recordingQueue() {
  const rounds: string[][] = [];
  const queue = new DecodeQueue<string>(
    async (masks) => {
      rounds.push(masks.map(maskKey));
      await Promise.resolve();
      return masks.map(maskKey);
    },
    () => undefined,
    () => undefined,
    2,
  );
  return { queue, rounds };
}

describe('DecodeQueue', () => {
  it('decodes the first alone, then in rounds', async () => {
    const { queue, rounds } = recordingQueue();
    queue.request([job(1), job(2), job(3), job(4)]);
    await vi.waitFor(() => expect(queue.numDecoded).toBe(4));
    expect(rounds).toEqual([['1'], ['2', '3'], ['4']]);
    expect(queue.get('3')).toBe('3');
  });

  it('puts urgent ones before what waits', async () => {
    const { queue, rounds } = recordingQueue();
    queue.request([job(1), job(2), job(3)]);
    queue.request([job(9)], 'urgent');
    await vi.waitFor(() => expect(queue.numDecoded).toBe(4));
    expect(rounds).toEqual([['1'], ['9', '2'], ['3']]);
  });

  it('decodes nothing twice', async () => {
    const { queue, rounds } = recordingQueue();
    queue.request([job(1), job(2)]);
    queue.request([job(2), job(1)]);
    await vi.waitFor(() => expect(queue.numDecoded).toBe(2));
    queue.request([job(1)], 'urgent');
    expect(rounds.flat().sort()).toEqual(['1', '2']);
  });

  it('stops when it is closed, and tells nobody', async () => {
    const shown = vi.fn();
    const queue = new DecodeQueue<number>(
      (masks) => Promise.resolve(masks.map(() => 0)),
      shown,
      () => undefined,
    );
    queue.request([job(1), job(2)]);
    queue.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(shown).not.toHaveBeenCalled();
    expect(queue.numDecoded).toBeLessThanOrEqual(1);
  });

  it('passes an error on', async () => {
    const failed = vi.fn();
    const queue = new DecodeQueue<number>(
      () => Promise.reject(new Error('no')),
      () => undefined,
      failed,
    );
    queue.request([job(1)]);
    await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
  });
});
