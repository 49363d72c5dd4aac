import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';

const script = fileURLToPath(new URL('../serve.mjs', import.meta.url));

describe('npm run demo', () => {
  it('serves the page, and weights whole and by ranges from the same bytes, until it is stopped', async () => {
    const server = spawn(process.execPath, [script, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    try {
      const [line] = await new Promise<[Buffer]>((resolve) =>
        server.stdout.once('data', (data: Buffer) => resolve([data])),
      );
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(line.toString())![0];
      const page = await fetch(address);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('<div id="app">');

      const weights = new URL('models/emoji-64/tokenizer/model.safetensors', address);
      const expected = await readFile(`${inject('modelsFolder')}/emoji-64/tokenizer/model.safetensors`);
      const whole = await fetch(weights);
      expect(whole.headers.get('content-encoding')).toBeNull();
      expect(Buffer.from(await whole.arrayBuffer()).equals(expected)).toBe(true);
      const part = await fetch(weights, { headers: { range: 'bytes=8-107' } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 8-107/${expected.length}`);
      expect(part.headers.get('etag')).toBe(whole.headers.get('etag'));
      expect(Buffer.from(await part.arrayBuffer()).equals(expected.subarray(8, 108))).toBe(true);
      expect((await fetch(new URL('none', address))).status).toBe(404);
    } finally {
      server.kill();
    }
    await ended;
  });
});
