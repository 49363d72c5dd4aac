import { existsSync } from 'node:fs';
import { cp, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { readPicture } from '@restok/data';
import { psnr } from '@restok/metrics';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeJpeg, writeNoise, writeWebp } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';
import { readForModel } from '../picture-batch';

const folder = temporaryFolder();
const model = join(folder, 'model');
const inFolder = (name: string): string => join(folder, name);

interface Report {
  readonly pictures: readonly { file: string; psnr: number; kept: Record<string, number> }[];
}

async function reconstruct(out: string, ...argv: string[]): Promise<Report> {
  const { code, stdout, stderr } = await runCommand(
    ...['reconstruct', ...argv, '--model', model, '--out', inFolder(out), '--json'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

async function psnrOfFiles(original: string, copy: string): Promise<number> {
  const [first, second] = [await readForModel(original, TINY_SIZE), await readPicture(copy)];
  return psnr(first.pixels, second.pixels, { peak: 255 });
}

/** PSNR is printed with four decimals. */
const PSNR_DIGITS = 3;

beforeAll(async () => {
  await saveTinyModel(model);
  await writeNoise(inFolder('a.png'), 1);
  await writeNoise(inFolder('other/a.png'), 2);
});

describe('reconstruct', () => {
  it.each([
    ['a JPEG', () => writeJpeg(inFolder('b.jpg'))],
    ['a WebP', () => writeWebp(inFolder('c.webp'))],
    ['a PNG', () => writeNoise(inFolder('d.png'), 3)],
    ['a picture of one pixel', () => writeNoise(inFolder('e.png'), 4, 1, 1)],
    ['a picture of 6000 x 4000 pixels', () => writeNoise(inFolder('f.png'), 5, 6000, 4000)],
  ])('writes a PNG of the model’s size for %s and says its PSNR', async (_what, make) => {
    const input = await make();
    const { pictures } = await reconstruct('kinds', input);
    const copy = inFolder(`kinds/${/(\w+)\.\w+$/.exec(input)![1]!}.png`);
    expect(await readPicture(copy)).toMatchObject({ width: TINY_SIZE, height: TINY_SIZE });
    expect(pictures).toHaveLength(1);
    expect(pictures[0]).toMatchObject({ file: input, kept: {} });
    expect(pictures[0]!.psnr).toBeCloseTo(await psnrOfFiles(input, copy), PSNR_DIGITS);
  });

  it('writes a picture for each number of kept latents and says their PSNR', async () => {
    const { pictures } = await reconstruct('kept', inFolder('a.png'), '--keep', '1,4,8');
    const [{ psnr: all, kept }] = pictures as [Report['pictures'][0]];
    expect(Object.keys(kept)).toEqual(['1', '4', '8']);
    expect(kept['8']).toBe(all);
    for (const count of [1, 4]) {
      const expected = await psnrOfFiles(inFolder('a.png'), inFolder(`kept/a.keep-${count}.png`));
      expect(kept[count]).toBeCloseTo(expected, PSNR_DIGITS);
      expect(kept[count]).not.toBe(all);
    }
  });

  it('keeps pictures of the same name apart', async () => {
    const inputs = [inFolder('a.png'), inFolder('other/a.png')];
    const { pictures } = await reconstruct('same', ...inputs);
    expect(pictures.map(({ file }) => file)).toEqual(inputs);
    for (const [i, name] of ['a', 'a-2'].entries()) {
      const expected = await psnrOfFiles(inputs[i]!, inFolder(`same/${name}.png`));
      expect(pictures[i]!.psnr).toBeCloseTo(expected, PSNR_DIGITS);
    }
  });

  it('writes a grid of originals and reconstructions', async () => {
    await reconstruct('grid', inFolder('a.png'), '--keep', '1,8', '--grid', inFolder('grid.png'));
    // Three columns of 128 pixels with 6 between, a row of captions of 20.
    expect(await readPicture(inFolder('grid.png'))).toMatchObject({ width: 408, height: 160 });
    // All latents are always the last column.
    await reconstruct('grid', inFolder('a.png'), '--keep', '1', '--grid', inFolder('whole.png'));
    expect(await readFile(inFolder('whole.png'))).toEqual(await readFile(inFolder('grid.png')));
  });

  it('gives the same pictures on every backend and leaves no tensors behind', async () => {
    const pixels: Uint8Array[] = [];
    for (const backend of ['node', 'wasm', 'cpu']) {
      const tensorsBefore = tf.memory().numTensors;
      await reconstruct(backend, inFolder('a.png'), '--backend', backend, '--keep', '1');
      expect(tf.memory().numTensors).toBe(tensorsBefore);
      pixels.push((await readPicture(inFolder(`${backend}/a.png`))).pixels);
    }
    // Rounding to 8 bits turns the smallest difference into one step.
    expect(largestDifference(pixels[1]!, pixels[0]!)).toBeLessThanOrEqual(1);
    expect(largestDifference(pixels[2]!, pixels[0]!)).toBeLessThanOrEqual(1);
  });

  it('says what it did in lines for people', async () => {
    const { stdout } = await runCommand(
      ...['reconstruct', inFolder('a.png'), '--keep', '4', '--model', model, '--out', inFolder('lines')],
    );
    expect(stdout).toMatch(/a\.png: -?\d+\.\d\d dB \(4: -?\d+\.\d\d\)\npictures in .*lines\n$/);
  });
});

describe('reconstruct, when something is wrong', () => {
  const out = inFolder('wrong');

  async function expectFailure(code: number, message: RegExp, ...argv: string[]): Promise<void> {
    const result = await runCommand('reconstruct', ...argv, '--out', out, '--json');
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/^[^\n]+\n$/);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(existsSync(out)).toBe(false);
  }

  it('writes nothing when one of several pictures is missing', async () => {
    const images = [inFolder('a.png'), inFolder('missing.png')];
    await expectFailure(1, /missing\.png does not exist\. Check the path/, ...images, '--model', model);
  });

  it('names a picture that is cut off', async () => {
    const path = await writeNoise(inFolder('cut.png'), 6, 64, 64);
    await truncate(path, Math.floor((await readFile(path)).length / 2));
    await expectFailure(1, /cut\.png is damaged/, inFolder('a.png'), path, '--model', model);
  });

  it('names a text that is called .png', async () => {
    await writeFile(inFolder('text.png'), 'not a picture');
    await expectFailure(1, /text\.png is not a PNG, JPEG or WebP/, inFolder('text.png'), '--model', model);
  });

  it('names weights that are cut off', async () => {
    await cp(model, inFolder('cut-model'), { recursive: true });
    const weights = inFolder('cut-model/model.safetensors');
    await truncate(weights, (await readFile(weights)).length - 10);
    const message = /cut-model\/model\.safetensors is not a valid .*cut off.*Get the file again/;
    await expectFailure(1, message, inFolder('a.png'), '--model', inFolder('cut-model'));
  });

  it('names a folder that is no model', async () => {
    const message = /other holds no config\.json\. Pass the folder of a model/;
    await expectFailure(1, message, inFolder('a.png'), '--model', inFolder('other'));
  });

  it('counts more kept latents than there are as wrong usage', async () => {
    await expectFailure(2, /--keep must be at most 8/, inFolder('a.png'), '--keep', '9', '--model', model);
  });

  it('does not overwrite a picture that it reads', async () => {
    const before = await readFile(inFolder('other/a.png'));
    const argv = ['reconstruct', inFolder('other/a.png'), '--model', model, '--out', inFolder('other')];
    expect(await runCommand(...argv)).toMatchObject({ code: 2, stdout: '' });
    expect(await readFile(inFolder('other/a.png'))).toEqual(before);
  });
});

function largestDifference(first: Uint8Array, second: Uint8Array): number {
  return first.reduce((largest, value, i) => Math.max(largest, Math.abs(value - second[i]!)), 0);
}
