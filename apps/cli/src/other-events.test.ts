import { describe, expect, it } from 'vitest';
import { otherEvents } from './other-events';

describe('otherEvents', () => {
  it('lets a timer that is due come first, unlike a promise that is settled', async () => {
    const events: string[] = [];
    setTimeout(() => events.push('timer'), 0);
    const started = performance.now();
    while (performance.now() - started < 5) {
      await Promise.resolve();
    }
    expect(events).toEqual([]);
    await otherEvents();
    await otherEvents();
    expect(events).toEqual(['timer']);
  });
});
