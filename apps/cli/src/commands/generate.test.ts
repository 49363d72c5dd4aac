import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { readNpz, readPicture } from '@restok/data';
import type { GenerateOptions } from '@restok/generator';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator, TINY_PASSES } from '../../test/tiny-generator';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';
import { asBatch, readForModel } from '../picture-batch';
import { decodeRows } from '../picture-coder';
import { seedOfBatch } from './generate-indices';

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const tokenizer = inFolder('tokenizer');
const generator = inFolder('generator');
const MODELS = ['--tokenizer', tokenizer, '--generator', generator];

interface Result {
  readonly pictures: readonly {
    readonly file: string;
    readonly class: string;
    readonly label: number;
    readonly number: number;
    readonly seed: number;
    readonly row?: number;
    readonly previews?: readonly string[];
  }[];
  readonly passes: number;
  readonly seconds: number;
}

async function generate(out: string, ...argv: string[]): Promise<Result> {
  const tensorsBefore = tf.memory().numTensors;
  const { code, stdout, stderr } = await runCommand(
    ...['generate', ...MODELS, '--out', inFolder(out), '--json', ...argv],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(tf.memory().numTensors).toBe(tensorsBefore);
  return JSON.parse(stdout) as Result;
}

const pixelsOf = async (file: string): Promise<number[]> => [...(await readPicture(file)).pixels];
const pixelsOfAll = ({ pictures }: Result): Promise<number[][]> =>
  Promise.all(pictures.map(({ file }) => pixelsOf(file)));

/** What the packages give, on the backend that the command has left. */
async function expectedPixels(
  labels: readonly number[],
  options: GenerateOptions,
  keepLatents = TINY_PASSES.at(-1)!,
): Promise<number[][]> {
  const [model, decoder] = [
    await Generator.fromPretrained(generator),
    await ResTok.fromPretrained(tokenizer),
  ];
  const indices = await model.generateIndices(labels, options);
  const pictures = await decodeRows(decoder, Int32Array.from(await indices.data()), keepLatents);
  [model, decoder, indices].forEach((each) => each.dispose());
  return pictures.map(({ pixels }) => [...pixels]);
}

beforeAll(async () => {
  await saveTinyModel(tokenizer);
  await saveTinyGenerator(generator);
  await writeNoise(inFolder('a.png'), 1);
});

describe('generate', () => {
  it('writes a PNG for each picture, named by class and number, of the indices that the packages give', async () => {
    const result = await generate('pngs', '--class', 'dogs, 0', '--count', '2', '--seed', '7');
    expect(result.passes).toBe(TINY_PASSES.length);
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.pictures).toEqual(
      ['dogs-1', 'dogs-2', 'cats-noto-1', 'cats-noto-2'].map((name, i) => ({
        file: inFolder(`pngs/${name}.png`),
        class: i < 2 ? 'dogs' : 'cats/noto',
        label: i < 2 ? 2 : 0,
        number: (i % 2) + 1,
        seed: 7,
      })),
    );
    expect(await pixelsOfAll(result)).toEqual(await expectedPixels([2, 2, 0, 0], { seed: 7 }));
  });

  it('samples as guidance, schedule, temperature, top-k and top-p say', async () => {
    const result = await generate(
      ...(['guided', '--class', 'dogs', '--count', '3', '--guidance', '3.75', '--schedule', 'step'] as const),
      ...['--start', '0.5', '--temperature', '0.8', '--top-k', '20', '--top-p', '0.9'],
    );
    const options = {
      guidanceScale: 3.75,
      guidanceSchedule: { name: 'step', start: 0.5 },
      temperature: 0.8,
      topK: 20,
      topP: 0.9,
    } as const;
    const expected = await expectedPixels([2, 2, 2], options);
    expect(await pixelsOfAll(result)).toEqual(expected);
    for (const changed of [
      { guidanceScale: 2 },
      { guidanceSchedule: { name: 'step' } },
      { temperature: 1 },
      { topK: 0 },
      { topP: 1 },
    ] as const) {
      expect(await expectedPixels([2, 2, 2], { ...options, ...changed })).not.toEqual(expected);
    }
  });

  it('makes more pictures than a batch holds, each another one', async () => {
    const result = await generate('many', '--class', 'dogs', '--count', '20', '--seed', '3');
    const pictures = await pixelsOfAll(result);
    expect(pictures.slice(0, 16)).toEqual(await expectedPixels(new Array<number>(16).fill(2), { seed: 3 }));
    expect(pictures.slice(16)).toEqual(await expectedPixels([2, 2, 2, 2], { seed: seedOfBatch(3, 16) }));
    expect(new Set(pictures.map(String)).size).toBe(20);
  });

  it('writes a .npz with all pictures, class by class', async () => {
    const pngs = await generate('twice', '--class', '0,1', '--count', '2');
    const result = await generate('all.npz', '--class', '0,1', '--count', '2');
    expect(result.pictures.map(({ file, row }) => ({ file, row }))).toEqual(
      [0, 1, 2, 3].map((row) => ({ file: inFolder('all.npz'), row })),
    );
    const { arr_0 } = await readNpz(inFolder('all.npz'), ['arr_0']);
    expect(arr_0.shape).toEqual([4, TINY_SIZE, TINY_SIZE, 3]);
    expect(arr_0.values).toBeInstanceOf(Uint8Array);
    expect([...arr_0.values]).toEqual((await pixelsOfAll(pngs)).flat());
  });

  it('writes a preview for every pass, from the latents so far', async () => {
    const result = await generate('previews', '--class', '1', '--seed', '4', '--previews');
    const [{ file, previews }] = result.pictures as [Result['pictures'][0]];
    const suffixes = ['.keep-1.png', '.keep-2.png', '.keep-4.png', '.png'];
    expect(previews).toEqual(suffixes.map((suffix) => inFolder(`previews/cats-fluent-1${suffix}`)));
    expect(file).toBe(previews!.at(-1));
    for (const [pass, preview] of previews!.entries()) {
      expect([await pixelsOf(preview)]).toEqual(await expectedPixels([1], { seed: 4 }, TINY_PASSES[pass]));
    }
    expect((await readdir(inFolder('previews'))).length).toBe(suffixes.length);
  });

  it('writes a grid with a row for each class, or of the passes of each picture', async () => {
    await generate('grid', '--class', '0,dogs', '--count', '3', '--grid', inFolder('grid.png'));
    // 9 letters of 7 pixels; three columns and two rows of 128 pixels with 6 between.
    expect(await readPicture(inFolder('grid.png'))).toMatchObject({ width: 471, height: 274 });
    await generate('grid', '--class', 'dogs', '--previews', '--grid', inFolder('passes.png'));
    // 4 letters, four passes, a row of captions of 20.
    expect(await readPicture(inFolder('passes.png'))).toMatchObject({ width: 570, height: 160 });
  });

  it('keeps the first levels of a picture and generates the rest', async () => {
    const from = ['--from', inFolder('a.png'), '--keep-levels'];
    const result = await generate('kept', '--class', '0,2', ...from, '0-2', '--seed', '5');
    expect(result.passes).toBe(1); // levels of 1, 1 and 2 are kept; the pass of 4 remains
    const encoder = await ResTok.fromPretrained(tokenizer);
    const pixels = asBatch([await readForModel(inFolder('a.png'), TINY_SIZE)]);
    const encoded = encoder.encode(pixels);
    const [row] = await encoded.indices.array();
    const reconstruction = await decodeRows(encoder, Int32Array.from(row!));
    [encoder, pixels, encoded.indices, encoded.codes].forEach((each) => each.dispose());
    const keep = { indices: [row!, row!], numKept: 4 };
    expect(await pixelsOfAll(result)).toEqual(await expectedPixels([0, 2], { seed: 5, keep }));

    const whole = await generate('whole', '--class', '0', ...from, '0-3', '--previews');
    expect(whole).toMatchObject({ passes: 0, pictures: [{ previews: [] }] });
    expect(await pixelsOfAll(whole)).toEqual([[...reconstruction[0]!.pixels]]);
  });

  it('gives the same pictures on every backend', async () => {
    const results: number[][][] = [];
    for (const backend of ['node', 'wasm', 'cpu']) {
      const result = await generate(backend, '--class', '0,1,2', '--top-k', '1', '--backend', backend);
      results.push(await pixelsOfAll(result));
    }
    // Rounding to 8 bits turns the smallest difference into one step.
    for (const other of results.slice(1)) {
      const differences = other.flat().map((value, i) => Math.abs(value - results[0]!.flat()[i]!));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    }
  });

  it('says what it did in lines for people', async () => {
    const { stdout } = await runCommand(
      ...['generate', ...MODELS, '--class', 'dogs,0', '--out', inFolder('lines')],
    );
    expect(stdout).toMatch(/^2 pictures of dogs, cats\/noto, 4 passes, \d+\.\d s: .*lines\n$/);
  });
});
