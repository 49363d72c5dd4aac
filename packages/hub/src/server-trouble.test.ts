import { describe, expect, it } from 'vitest';
import { mayPass, retryAfterMs, troubleOf } from './server-trouble';

describe('retryAfterMs', () => {
  it('reads seconds and dates, and nothing else', () => {
    const now = Date.parse('Wed, 21 Oct 2015 07:28:00 GMT');
    expect(retryAfterMs('3', now)).toBe(3000);
    expect(retryAfterMs('Wed, 21 Oct 2015 07:28:30 GMT', now)).toBe(30_000);
    expect(retryAfterMs('Wed, 21 Oct 2015 07:00:00 GMT', now)).toBe(0);
    expect([retryAfterMs(null), retryAfterMs('soon')]).toEqual([undefined, undefined]);
  });
});

describe('mayPass', () => {
  it('is so for too many requests and for servers in trouble', () => {
    expect([429, 500, 503, 404, 401, 200].map(mayPass)).toEqual([true, true, true, false, false, false]);
  });
});

describe('troubleOf', () => {
  it('says what was answered and how long to wait', () => {
    const error = troubleOf(new Response(null, { status: 503, headers: { 'retry-after': '2' } }));
    expect([error.message, error.details.waitMs]).toEqual(['it answered 503', 2000]);
  });
});
