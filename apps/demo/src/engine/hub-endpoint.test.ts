import { describe, expect, it } from 'vitest';
import { hubEndpoint } from './hub-endpoint';

const endpoint = (hub: string, hostname = 'localhost') =>
  hubEndpoint({ search: `?hub=${encodeURIComponent(hub)}`, hostname });

describe('hubEndpoint', () => {
  it('takes a hub of this machine on a page of this machine', () => {
    expect(endpoint('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080');
    expect(endpoint('http://localhost:1', '127.0.0.1')).toBe('http://localhost:1');
    expect(endpoint('http://[::1]:1', '[::1]')).toBe('http://[::1]:1');
  });

  it.each([
    'https://example.org',
    'http://127.0.0.1.example.org',
    'http://user@example.org',
    'file:///',
    'x',
  ])('takes %s for Hugging Face', (hub) => expect(endpoint(hub)).toBeUndefined());

  it('is Hugging Face on a page of another host, and where nothing is asked for', () => {
    expect(endpoint('http://127.0.0.1:8080', 'example.org')).toBeUndefined();
    expect(hubEndpoint({ search: '', hostname: 'localhost' })).toBeUndefined();
  });
});
