import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OnnxGenerator, OnnxTokenizer } from '@restok/onnx';
import { readNpz, readPicture } from '@restok/data';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const pictures = [inFolder('a.png'), inFolder('b.png')] as const;
const [first, second] = pictures;
/** Pictures of two classes, more than one block of them with ten crops each. */
const data = inFolder('pets');
const NUM_PICTURES = 5;

/** Of values in 0 ... 255: the engines differ by about 1e-6, which now and then rounds to the next one. */
const LARGEST_DIFFERENCE = 1;

/** Options that name an engine and the folder of one model. */
function modelOf(engine: string): string[] {
  return ['--engine', engine, '--model', inFolder(engine === 'onnx' ? 'tokenizer-onnx' : 'tokenizer')];
}

/** Options that name an engine and the folders of both models. */
function pairOf(engine: string): string[] {
  const end = engine === 'onnx' ? '-onnx' : '';
  const models = ['--tokenizer', inFolder(`tokenizer${end}`), '--generator', inFolder(`generator${end}`)];
  return ['--engine', engine, ...models];
}

/** Extracts codes with an engine, to a folder of its name unless the options give one; that folder. */
async function extract(engine: string, ...more: string[]): Promise<string> {
  const out = inFolder(`codes-${engine}`);
  await succeed('extract', '--data', data, '--out', out, ...modelOf(engine), ...more);
  return out;
}

/** All pictures of a .npz of samples. */
async function pixelsOf(name: string): Promise<number[]> {
  const { arr_0: pixels } = await readNpz(inFolder(name), ['arr_0']);
  return [...(pixels.values as Uint8Array)];
}

beforeAll(async () => {
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
  await writeNoise(first, 1);
  await writeNoise(second, 2);
  for (let i = 0; i < NUM_PICTURES; i++) {
    await writeNoise(join(data, i % 2 === 0 ? 'cat' : 'dog', `${i}.png`), 3 + i);
  }
  for (const kind of ['tokenizer', 'generator']) {
    await succeed('export', '--model', inFolder(kind), '--format', 'onnx', '--out', inFolder(`${kind}-onnx`));
  }
});

afterEach(() => vi.restoreAllMocks());

describe('commands with --engine onnx', () => {
  it('mix gives the picture that TensorFlow.js gives', async () => {
    for (const engine of ['tfjs', 'onnx']) {
      const out = inFolder(`mixed-${engine}.png`);
      await succeed('mix', first, second, '--levels', '0-1', '--out', out, ...modelOf(engine));
    }
    expect(await readPicture(inFolder('mixed-onnx.png'))).toEqual(
      await readPicture(inFolder('mixed-tfjs.png')),
    );
  });

  it('generate keeps the first levels of a picture as with TensorFlow.js', async () => {
    for (const engine of ['tfjs', 'onnx']) {
      const kept = ['--from', first, '--keep-levels', '0-2', '--class', '0,2', '--seed', '5'];
      await succeed('generate', ...kept, '--out', inFolder(`kept-${engine}.npz`), ...pairOf(engine));
    }
    const [tfjs, onnx] = await Promise.all(['tfjs', 'onnx'].map((engine) => pixelsOf(`kept-${engine}.npz`)));
    expect(onnx).toHaveLength(tfjs!.length);
    const largest = Math.max(...onnx!.map((value, i) => Math.abs(value - tfjs![i]!)));
    expect(largest).toBeLessThanOrEqual(LARGEST_DIFFERENCE);
  });

  it('generate gives in shards the bytes of one process', async () => {
    const options = ['--class', '0,2', '--count', '10', '--guidance', '2', '--seed', '7', ...pairOf('onnx')];
    await succeed('generate', ...options, '--out', inFolder('whole.npz'));
    for (const shard of ['2/2', '1/2']) {
      await succeed('generate', ...options, '--shard', shard, '--out', inFolder('shards'));
    }
    await succeed('merge', inFolder('shards'));
    const merged = await readFile(inFolder('shards/samples.npz'));
    expect(merged.equals(await readFile(inFolder('whole.npz')))).toBe(true);
  });

  it('generate passes the number of threads on', async () => {
    const loads = [vi.spyOn(OnnxGenerator, 'load'), vi.spyOn(OnnxTokenizer, 'load')];
    const options = ['--class', '0', ...pairOf('onnx')];
    await succeed('generate', ...options, '--threads', '1', '--out', inFolder('one-thread.npz'));
    for (const load of loads) {
      expect(load).toHaveBeenCalledWith(expect.any(String), { threads: 1 });
    }
  });

  it.each([
    ['encode', () => [first, ...modelOf('onnx')]],
    ['reconstruct', () => [first, ...modelOf('onnx')]],
    ['generate', () => ['--class', '0', ...pairOf('onnx')]],
    ['extract', () => ['--data', data, ...modelOf('onnx')]],
  ])('%s refuses a backend beside it, as wrong usage', async (name, argv) => {
    const out = inFolder(`refused-${name}.npz`);
    const { code, stderr } = await runCommand(name, ...argv(), '--backend', 'node', '--out', out);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'restok: --backend node has no effect with --engine onnx, which computes on the CPU. Leave --backend out, or use --engine tfjs.\n',
    });
    expect(existsSync(out)).toBe(false);
  });

  it('extract gives the codes that TensorFlow.js gives, with crops, in one process and in shards', async () => {
    const files = await readdir(await extract('tfjs', '--ten-crop'), { recursive: true });
    const codes = files.filter((name) => name.endsWith('.npy'));
    expect(codes).toHaveLength(2 * NUM_PICTURES);
    const sharded = inFolder('codes-onnx-in-shards');
    for (const shard of ['2/2', '1/2']) {
      await extract('onnx', '--ten-crop', '--shard', shard, '--out', sharded);
    }
    await succeed('merge', sharded);
    for (const out of [await extract('onnx', '--ten-crop'), sharded]) {
      for (const name of codes) {
        const [given, expected] = await Promise.all(
          [out, inFolder('codes-tfjs')].map((place) => readFile(join(place, name))),
        );
        expect(given!.equals(expected!), name).toBe(true);
      }
    }
  });

  it('extract does not go on with codes of another engine', async () => {
    const out = inFolder('codes-begun');
    await extract('tfjs', '--out', out);
    const argv = ['--data', data, '--out', out, ...modelOf('onnx')];
    const { code, stderr } = await runCommand('extract', ...argv);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\(tokenizer of its codes\.json differ\)[^\n]*\n$/);
  });

  it('extract refuses --engine onnx without a folder, as wrong usage', async () => {
    const out = inFolder('codes-refused');
    const { code, stderr } = await runCommand('extract', '--data', data, '--out', out, '--engine', 'onnx');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^restok: --engine onnx needs --model with a folder[^\n]*\n$/);
    expect(existsSync(out)).toBe(false);
  });
});
