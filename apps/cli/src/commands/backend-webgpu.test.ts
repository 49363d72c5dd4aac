import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCodes, readNpz } from '@restok/data';
import { useSoftwareDriver } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';

/** Programs are compiled by an emulated GPU. */
const MINUTES = 300_000;
/** Of values in 0 ... 255: the backends differ by about 1e-6, which now and then rounds to the next one. */
const LARGEST_DIFFERENCE = 1;

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const picture = inFolder('a.png');

async function succeed(...argv: string[]): Promise<void> {
  const { code, stderr } = await runCommand(...argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

beforeAll(async () => {
  useSoftwareDriver();
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
  await writeNoise(picture, 1);
});

describe('commands with --backend webgpu', { timeout: MINUTES }, () => {
  it('encode to the indices of the processor, one command after the other', async () => {
    for (const backend of ['webgpu', 'node', 'webgpu']) {
      const out = inFolder(`${backend}.npz`);
      await succeed('encode', picture, '--model', inFolder('tokenizer'), '--out', out, '--backend', backend);
    }
    const [gpu, node] = await Promise.all([
      readCodes(inFolder('webgpu.npz')),
      readCodes(inFolder('node.npz')),
    ]);
    expect(gpu.indices).toEqual(node.indices);
  });

  it('generate the pictures of the processor', async () => {
    for (const backend of ['webgpu', 'node']) {
      await succeed(
        ...['generate', '--generator', inFolder('generator'), '--tokenizer', inFolder('tokenizer')],
        ...['--class', '0', '--seed', '3', '--guidance', '2', '--out', inFolder(`made-${backend}.npz`)],
        ...['--backend', backend],
      );
    }
    const [gpu, node] = await Promise.all(
      ['webgpu', 'node'].map(async (backend) => {
        const { arr_0: pixels } = await readNpz(inFolder(`made-${backend}.npz`), ['arr_0']);
        return pixels.values as Uint8Array;
      }),
    );
    expect(gpu).toHaveLength(node!.length);
    gpu!.forEach((value, i) => expect(Math.abs(value - node![i]!)).toBeLessThanOrEqual(LARGEST_DIFFERENCE));
  });

  it('leaves nothing behind where a model cannot be read', async () => {
    const out = inFolder('none.npz');
    const { code, stderr } = await runCommand(
      ...['encode', picture, '--model', inFolder('nowhere'), '--out', out, '--backend', 'webgpu'],
    );
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere');
    await expect(readFile(out)).rejects.toThrow('ENOENT');
  });
});
