import { join } from 'node:path';
import { vi } from 'vitest';
import type { FakeHub } from './hub-server';

/** Makes a hub and an empty cache those of this process, without a token; `vi.unstubAllEnvs` ends it. */
export function stubHub({ address }: FakeHub, cache: string): void {
  vi.stubEnv('HF_HUB_CACHE', cache);
  vi.stubEnv('HF_ENDPOINT', address);
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_TOKEN_PATH', join(cache, 'no-token'));
  vi.stubEnv('HF_HUB_OFFLINE', '');
}
