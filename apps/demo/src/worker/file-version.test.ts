import { describe, expect, it } from 'vitest';
import { differ, versionOf } from './file-version';

const version = (headers: Record<string, string>) => versionOf(new Response('', { headers }));

describe('versionOf', () => {
  it('reads tag, time and size', () => {
    const modified = 'Wed, 21 Oct 2015 07:28:00 GMT';
    expect(version({ etag: '"a"', 'last-modified': modified, 'content-length': '12' })).toEqual({
      tag: '"a"',
      modified,
      bytes: 12,
    });
  });

  it('takes a packed file for the same version, and its length for unknown', () => {
    const packed = version({ etag: 'W/"a-gzip"', 'content-encoding': 'gzip', 'content-length': '5' });
    expect(packed).toEqual({ tag: '"a"', modified: undefined, bytes: undefined });
  });
});

describe('differ', () => {
  it('compares only what both tell', () => {
    expect(differ({ tag: '"a"', bytes: 1 }, {})).toBe(false);
    expect(differ({ tag: '"a"', bytes: 1 }, { tag: '"b"' })).toBe(true);
    expect(differ({ tag: '"a"', bytes: 1 }, { bytes: 2 })).toBe(true);
    expect(differ({ modified: 'Monday' }, { modified: 'Tuesday' })).toBe(true);
  });

  it('believes the tag before the time, which differs between the servers of one host', () => {
    expect(differ({ tag: '"a"', modified: 'Monday' }, { tag: '"a"', modified: 'Tuesday' })).toBe(false);
  });
});
