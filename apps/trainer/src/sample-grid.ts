import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Picture, PictureDataset } from '@restok/data';
import { fromUnitRange, pictureGrid, writePng } from '@restok/data';
import type { ResTok } from '@restok/tokenizer';

/**
 * Writes a grid with a row per picture: the original, then its reconstruction from more and more latents.
 *
 * @param keep numbers of latents, one column each.
 */
export async function writeSampleGrid(
  path: string,
  tokenizer: ResTok,
  dataset: PictureDataset,
  options: { readonly count: number; readonly keep: readonly number[] },
): Promise<void> {
  const count = Math.min(options.count, dataset.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * dataset.count) / count));
  const { size } = dataset;
  const values = await dataset.read(chosen);
  const pictures = (batch: ArrayLike<number>): Picture[] =>
    chosen.map((_, i) =>
      fromUnitRange(Array.from(batch).slice(i * size * size * 3, (i + 1) * size * size * 3), size, size),
    );
  const columns = [pictures(values)];
  const codes = tidy(() => tokenizer.encode(tensor4d(values, [count, size, size, 3])).codes);
  for (const kept of options.keep) {
    const decoded = tokenizer.decode(codes, { numKept: kept });
    columns.push(pictures(await decoded.data()));
    decoded.dispose();
  }
  codes.dispose();
  const grid = await pictureGrid(
    chosen.map((_, row) => columns.map((column) => column[row]!)),
    { columnLabels: ['original', ...options.keep.map((kept) => String(kept))] },
  );
  await writePng(path, grid);
}
