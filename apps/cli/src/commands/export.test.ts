import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readCodes, readPicture } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel } from '../../test/tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const picture = inFolder('a.png');
/** Mean over a picture of values in 0 ... 255; a network of random weights spreads what rounding does. */
const LARGEST_INT8_ERROR = 4;

/** Runs the same command with both engines. */
async function withBoth(
  run: (engine: string, models: Readonly<Record<'tokenizer' | 'generator', string>>) => Promise<void>,
): Promise<void> {
  await run('tfjs', { tokenizer: inFolder('tokenizer'), generator: inFolder('generator') });
  await run('onnx', { tokenizer: inFolder('tokenizer-onnx'), generator: inFolder('generator-onnx') });
}

beforeAll(async () => {
  await saveTinyModel(inFolder('tokenizer'));
  await saveTinyGenerator(inFolder('generator'));
  await writeNoise(picture, 1);
  for (const kind of ['tokenizer', 'generator']) {
    await succeed('export', '--model', inFolder(kind), '--format', 'onnx', '--out', inFolder(`${kind}-onnx`));
  }
});

describe('export', () => {
  it('writes the graphs of a tokenizer with what they are, and nothing half-written', async () => {
    const files = await readdir(inFolder('tokenizer-onnx'));
    expect(files.sort()).toEqual([
      'decode-codes.onnx',
      'decode.onnx',
      'decode.onnx.data',
      'encode.onnx',
      'encode.onnx.data',
      'onnx.json',
    ]);
    const manifest = JSON.parse(await readFile(inFolder('tokenizer-onnx/onnx.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({ kind: 'tokenizer', weights: 'float32', config: { license: 'CC0-1.0' } });
  });

  it('says which kind of model it wrote', async () => {
    const out = inFolder('half');
    expect(
      await succeed('export', '--model', inFolder('generator'), '--weights', 'float16', '--out', out),
    ).toEqual({ folder: out, kind: 'generator', format: 'onnx', weights: 'float16' });
    const sizeOf = async (path: string): Promise<number> => (await stat(join(path, 'step.onnx.data'))).size;
    expect(await sizeOf(out)).toBeLessThan(await sizeOf(inFolder('generator-onnx')));
  });

  it('refuses other formats as wrong usage', async () => {
    const { code, stderr } = await runCommand('export', '--format', 'pb', '--out', inFolder('other'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/Allowed choices are onnx/);
    expect(existsSync(inFolder('other'))).toBe(false);
  });
});

describe('--engine onnx', () => {
  it('encodes to the same indices, and decodes to the same pictures', async () => {
    await withBoth(async (engine, { tokenizer }) => {
      const model = ['--engine', engine, '--model', tokenizer];
      await succeed('encode', picture, '--out', inFolder(`${engine}.npz`), ...model);
      await succeed('decode', inFolder(`${engine}.npz`), '--keep', '2', '--out', inFolder(engine), ...model);
    });
    expect(await readCodes(inFolder('onnx.npz'))).toEqual(await readCodes(inFolder('tfjs.npz')));
    expect(await readPicture(inFolder('onnx/a.png'))).toEqual(await readPicture(inFolder('tfjs/a.png')));
  });

  it('reconstructs with the same PSNR', async () => {
    const results: unknown[] = [];
    await withBoth(async (engine, { tokenizer }) => {
      const out = inFolder(`reconstructed-${engine}`);
      const options = ['--engine', engine, '--model', tokenizer, '--keep', '4', '--out', out];
      results.push((await succeed('reconstruct', picture, ...options)).pictures);
    });
    expect(results[1]).toEqual(results[0]);
  });

  it('decodes weights of 8 bits to nearly the same pictures', async () => {
    const out = inFolder('int8');
    await succeed('export', '--model', inFolder('tokenizer'), '--weights', 'int8', '--out', out);
    const codes = inFolder('whole.npz');
    await succeed('encode', picture, '--model', inFolder('tokenizer'), '--out', codes);
    for (const model of [out, inFolder('tokenizer-onnx')]) {
      await succeed('decode', codes, '--engine', 'onnx', '--model', model, '--out', `${model}-pictures`);
    }
    const [rounded, exact] = await Promise.all(
      [out, inFolder('tokenizer-onnx')].map((model) => readPicture(join(`${model}-pictures`, 'a.png'))),
    );
    const { pixels } = exact!;
    const error =
      rounded!.pixels.reduce((sum, value, i) => sum + Math.abs(value - pixels[i]!), 0) / pixels.length;
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThanOrEqual(LARGEST_INT8_ERROR);
  });

  it('generates the same pictures', async () => {
    await withBoth(async (engine, { tokenizer, generator }) => {
      const models = ['--engine', engine, '--tokenizer', tokenizer, '--generator', generator];
      const out = inFolder(`generated-${engine}`);
      await succeed('generate', '--class', 'dogs', '--seed', '5', '--guidance', '2', '--out', out, ...models);
    });
    const [onnx, tfjs] = await Promise.all(
      ['onnx', 'tfjs'].map((engine) => readPicture(inFolder(`generated-${engine}/dogs-1.png`))),
    );
    expect(onnx).toEqual(tfjs);
  });

  it('says in one line what it needs', async () => {
    const { code, stderr } = await runCommand(
      'encode',
      picture,
      '--engine',
      'onnx',
      '--out',
      inFolder('x.npz'),
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'restok: --engine onnx needs --model with a folder that restok export has written. Run restok export --format onnx --out DIR first.\n',
    });
    const foreign = ['--engine', 'onnx', '--model', inFolder('tokenizer')];
    const other = await runCommand('encode', picture, ...foreign, '--out', inFolder('x.npz'));
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/holds no onnx\.json\. Pass a folder that restok export has written\.\n$/);
  });
});
