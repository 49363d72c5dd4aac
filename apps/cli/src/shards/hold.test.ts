import { describe, expect, it } from 'vitest';
import { hold } from './hold';

describe('hold', () => {
  it('keeps a resource open until it is released', async () => {
    const events: string[] = [];
    const held = await hold<number>(async (work) => {
      events.push('open');
      await work(7);
      events.push('closed');
    });
    events.push(`used ${held.value}`);
    await held.release();
    expect(events).toEqual(['open', 'used 7', 'closed']);
  });

  it('passes on what goes wrong while it opens', async () => {
    await expect(hold(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});
