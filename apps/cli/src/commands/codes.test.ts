import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCodes, readNpz, readPicture, writeCodes } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel, TINY_LATENTS, TINY_SIZE } from '../../test/tiny-model';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const model = inFolder('model');
const images = ['b.png', 'a.png', 'other/a.png'].map(inFolder);
const codes = inFolder('codes.npz');

const withModel = (...argv: string[]): Promise<unknown> => succeed<unknown>(...argv, '--model', model);

async function expectSamePictures(first: string, second: string): Promise<void> {
  expect(await readPicture(inFolder(first))).toEqual(await readPicture(inFolder(second)));
}

beforeAll(async () => {
  await saveTinyModel(model);
  await Promise.all(images.map((image, i) => writeNoise(image, i)));
  await withModel('reconstruct', ...images, '--keep', '2', '--out', inFolder('reconstructed'));
});

describe('encode', () => {
  it('writes int32 indices and names in the order given', async () => {
    expect(await withModel('encode', ...images, '--out', codes)).toEqual({
      file: codes,
      pictures: 3,
      numLatents: TINY_LATENTS,
    });
    const { names, indices, numLatents } = await readCodes(codes);
    expect({ names, numLatents }).toEqual({ names: images, numLatents: TINY_LATENTS });
    expect(indices).toHaveLength(3 * TINY_LATENTS);
    expect(indices.every((index) => index >= 0 && index < 64)).toBe(true);

    await withModel('encode', images[1]!, '--out', inFolder('one.npz'));
    const one = await readCodes(inFolder('one.npz'));
    expect([...one.indices]).toEqual([...indices.slice(TINY_LATENTS, 2 * TINY_LATENTS)]);
  });

  it('writes no codes when one of several pictures is bad', async () => {
    const out = inFolder('none.npz');
    const argv = ['encode', images[0]!, inFolder('missing.png'), '--out', out, '--model', model];
    expect(await runCommand(...argv)).toMatchObject({ code: 1, stdout: '' });
    expect(existsSync(out)).toBe(false);
  });
});

describe('decode', () => {
  beforeAll(async () => {
    await withModel('encode', ...images, '--out', codes);
  });

  it('gives the pictures that reconstruct gives', async () => {
    const files = ['b.png', 'a.png', 'a-2.png'];
    expect(await withModel('decode', codes, '--out', inFolder('decoded'))).toEqual({
      files: files.map((name) => inFolder(`decoded/${name}`)),
    });
    for (const name of files) {
      await expectSamePictures(`decoded/${name}`, `reconstructed/${name}`);
    }
  });

  it('keeps the first latents only', async () => {
    await withModel('decode', codes, '--keep', '2', '--out', inFolder('kept'));
    await expectSamePictures('kept/a.png', 'reconstructed/a.keep-2.png');
  });

  it('writes all pictures as the arr_0 of a .npz', async () => {
    const file = inFolder('decoded.npz');
    expect(await withModel('decode', codes, '--keep', '2', '--out', file)).toEqual({ files: [file] });
    const { arr_0 } = await readNpz(file, ['arr_0']);
    expect(arr_0.shape).toEqual([3, TINY_SIZE, TINY_SIZE, 3]);
    await withModel('decode', codes, '--keep', '2', '--out', inFolder('kept-all'));
    const pictures = await Promise.all(
      ['b.png', 'a.png', 'a-2.png'].map((name) => readPicture(inFolder(`kept-all/${name}`))),
    );
    expect(arr_0.values).toEqual(Uint8Array.from(pictures.flatMap(({ pixels }) => [...pixels])));
  });

  it('takes a folder of restok extract, of each picture the plain crop', async () => {
    const extracted = inFolder('extracted');
    const square = await writeNoise(inFolder('pets/cat/a.png'), 2, TINY_SIZE, TINY_SIZE);
    await withModel('extract', '--data', inFolder('pets'), '--out', extracted);
    expect(await withModel('decode', join(extracted, 'train'), '--out', inFolder('of-folder'))).toEqual({
      files: [inFolder('of-folder/0.png')],
    });
    await withModel('reconstruct', square, '--out', inFolder('of-square'));
    await expectSamePictures('of-folder/0.png', 'of-square/a.png');
  });

  it.each([
    ['more kept latents than there are', 2, /--keep must be at most 8/, ['--keep', '9']],
    ['an index beyond the codebook', 1, /holds the index 64.*ends at 63/, []],
  ] as const)('refuses %s before it writes anything', async (_what, code, message, options) => {
    const odd = inFolder('odd.npz');
    const indices = new Int32Array(2 * TINY_LATENTS);
    indices[2 * TINY_LATENTS - 1] = 64;
    await writeCodes(odd, { names: ['x', 'y'], indices, numLatents: TINY_LATENTS });
    const out = inFolder('nothing');
    const result = await runCommand('decode', odd, ...options, '--model', model, '--out', out);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses the codes of another model', async () => {
    const foreign = inFolder('foreign.npz');
    await writeCodes(foreign, { names: ['x'], indices: new Int32Array(4), numLatents: 4 });
    const result = await runCommand('decode', foreign, '--model', model, '--out', inFolder('nothing'));
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/holds 4 latents a picture, the model has 8\./);
  });
});

describe('mix', () => {
  const [first, second] = [images[0]!, images[1]!];

  it('gives the first picture when all its levels are taken', async () => {
    const out = inFolder('all.png');
    expect(await withModel('mix', first, second, '--levels', '0-3', '--out', out)).toMatchObject({
      file: out,
      levels: [0, 1, 2, 3],
    });
    await expectSamePictures('all.png', 'reconstructed/b.png');
  });

  it('takes the other levels from the second picture', async () => {
    await withModel('encode', first, second, '--out', codes);
    const { indices } = await readCodes(codes);
    const [a, b] = [indices.slice(0, 8), indices.slice(8)];
    expect(a).not.toEqual(b);
    const mixed = await withModel('mix', first, second, '--levels', '0,2', '--out', inFolder('mixed.png'));
    // Levels 0 and 2 are the latents 0, 2 and 3.
    expect(mixed).toMatchObject({ indices: [a[0], b[1], a[2], a[3], b[4], b[5], b[6], b[7]] });
  });

  it('counts a level that the model lacks as wrong usage', async () => {
    const out = inFolder('no.png');
    const result = await runCommand('mix', first, second, '--levels', '0-4', '--model', model, '--out', out);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/--levels must be in 0-3, the levels of this model, got 4\./);
    expect(existsSync(out)).toBe(false);
  });
});
