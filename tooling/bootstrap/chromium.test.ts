import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.mjs';

describe('findChromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'restok-chromium-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes the one that RESTOK_CHROMIUM names', () => {
    expect(findChromium({ RESTOK_CHROMIUM: '/some/chrome', PATH: folder })).toBe('/some/chrome');
  });

  it('finds one on the PATH', () => {
    const program = join(folder, 'google-chrome');
    writeFileSync(program, '');
    chmodSync(program, 0o755);
    expect(findChromium({ RESTOK_CHROMIUM: '', PATH: ['/nowhere', folder].join(delimiter) })).toBe(program);
  });
});
