import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Picture, PictureDataset } from '@restok/data';
import { readPicture } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import { tensorsLeftBy, tinyTokenizer, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSampleGrid } from './sample-grid';

const SIZE = 8;

/** Pictures of one grey each. */
const dataset: PictureDataset = {
  size: SIZE,
  count: 4,
  classNames: ['grey'],
  label: () => 0,
  name: String,
  read: (indices) =>
    Promise.resolve(
      Float32Array.from(Array.from(indices).flatMap((i) => Array<number>(SIZE * SIZE * 3).fill((i + 1) / 5))),
    ),
};

/** Where the first square of SIZE x SIZE pixels of one grey begins. */
function placeOf(
  { width, height, pixels }: Picture,
  grey: number,
): { column: number; row: number } | undefined {
  for (let row = 0; row <= height - SIZE; row++) {
    for (let column = 0; column <= width - SIZE; column++) {
      const isGrey = Array.from({ length: SIZE * SIZE }, (_, i) => {
        const place = (row + Math.floor(i / SIZE)) * width + column + (i % SIZE);
        return [0, 1, 2].every((channel) => pixels[place * 3 + channel] === grey);
      });
      if (isGrey.every(Boolean)) {
        return { column, row };
      }
    }
  }
  return undefined;
}

describe('writeSampleGrid', () => {
  let folder: string;
  let tokenizer: ResTok;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    folder = await mkdtemp(join(tmpdir(), 'sample-grid-test-'));
    tokenizer = new ResTok(tinyTokenizer({}, SIZE), { seed: 1 });
  });

  afterAll(async () => {
    tokenizer.dispose();
    await rm(folder, { recursive: true });
  });

  it('puts the pictures, spread over the set, in the first column and leaves no tensors behind', async () => {
    const path = join(folder, 'samples', 'grid.png');
    // Tables of positions are made at the first use.
    await writeSampleGrid(path, tokenizer, dataset, { count: 2, keep: [1, 4] });
    const left = await tensorsLeftBy(() =>
      writeSampleGrid(path, tokenizer, dataset, { count: 2, keep: [1, 4] }),
    );
    expect(left).toBe(0);
    const grid = await readPicture(path);
    // Pictures 1 and 3 of 0 ... 3, as bytes: 2/5 and 4/5 of 255.
    const [first, second] = [102, 204].map((grey) => placeOf(grid, grey));
    expect(first!.column).toBeLessThan(grid.width / 3);
    expect(second).toEqual({ column: first!.column, row: expect.any(Number) as number });
    expect(second!.row).toBeGreaterThanOrEqual(first!.row + SIZE);
  });
});
