import { describe, expect, it } from 'vitest';
import { TransientError } from './retrying';
import { watched } from './time-limit';

/** Ends when the signal does. */
const endless = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
  );

describe('watched', () => {
  it('gives what the request gives', async () => {
    expect(await watched({ milliseconds: 50, minBytes: 1 }, undefined, () => Promise.resolve(7))).toBe(7);
  });

  it('lets a request go on that brings enough in each window', async () => {
    const request = watched({ milliseconds: 60, minBytes: 5 }, undefined, async ({ onBytes }) => {
      for (let i = 0; i < 20; i++) {
        onBytes(5);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return 'done';
    });
    expect(await request).toBe('done');
  });

  it('gives up one that drips', async () => {
    const request = watched({ milliseconds: 50, minBytes: 5 }, undefined, ({ signal, onBytes }) => {
      onBytes(4);
      return endless(signal);
    });
    await expect(request).rejects.toThrow(new TransientError('its server gave 4 bytes in 0.1 s'));
  });

  it("throws the reason of the caller's signal", async () => {
    const reason = new Error('stopped');
    const controller = new AbortController();
    const request = watched({ milliseconds: 5000, minBytes: 5 }, controller.signal, ({ signal }) =>
      endless(signal),
    );
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
  });
});
