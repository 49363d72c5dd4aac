import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel } from '../../test/tiny-model';

const folder = temporaryFolder();
const model = join(folder, 'model');

beforeAll(async () => {
  await saveTinyModel(model);
});

describe('info', () => {
  it('says what a model is as JSON', async () => {
    const { code, stdout, stderr } = await runCommand('info', model, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      kind: 'tokenizer',
      size: 16,
      numLatents: 8,
      levelSizes: [1, 1, 2, 4],
      codebookSize: 64,
      bitsPerPicture: 48, // 8 latents of 6 bits
      dtypes: ['F32'],
      license: 'CC0-1.0',
      config: { model: { vq_model: { codebook_size: 64 } } },
    });
    // Little else than 4 bytes a parameter is in the file.
    const { size } = await stat(join(model, 'model.safetensors'));
    expect(Number(result.parameters) * 4).toBeLessThan(size);
    expect(Number(result.parameters) * 4).toBeGreaterThan(size * 0.8);
    expect(Number(result.memoryBytes)).toBeGreaterThan(size);
  });

  it('says it in lines for people, the config last', async () => {
    const { stdout } = await runCommand('info', model);
    expect(stdout).toMatch(/latents +8 in levels of 1, 1, 2, 4\n/);
    expect(stdout).toMatch(/licence +CC0-1\.0\nconfig\n/);
    expect(stdout).toContain('  dataset.preprocessing.crop_size=16\n');
  });

  it('reads only the header of the weights', async () => {
    const weights = await readFile(join(model, 'model.safetensors'));
    const config = await readFile(join(model, 'config.json'));
    const requested: string[] = [];
    const server = createServer(({ url, headers }, response) => {
      const bytes = { '/model.safetensors': weights, '/config.json': config }[url ?? ''];
      const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
      if (bytes === undefined || range === null) {
        return response.writeHead(404).end();
      }
      requested.push(`${url} ${range[2]}`);
      const [start, end] = [Number(range[1]), Number(range[2])];
      return response
        .writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` })
        .end(bytes.subarray(start, end + 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect((await runCommand('info', `http://127.0.0.1:${port}`)).code).toBe(0);
    } finally {
      server.close();
    }
    const lastByte = Math.max(
      ...requested.flatMap((line) => (line.startsWith('/model') ? [Number(line.split(' ')[1])] : [])),
    );
    expect(lastByte).toBe(8 + Number(weights.readBigUInt64LE(0)) - 1);
  });

  it('refuses a folder that is no model', async () => {
    const { code, stderr } = await runCommand('info', folder);
    expect(code).toBe(1);
    expect(stderr).toBe(`openModel: ${folder} holds no config.json. Pass the folder of a model.\n`);
  });
});
