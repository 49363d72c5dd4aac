import { fromUnitRange, pictureGrid, writePng } from '@restok/data';
import type { Generator } from '@restok/generator';
import type { ResTok } from '@restok/tokenizer';

/** Pictures of a class that stand side by side. */
const COLUMNS = 6;
/** Guidance of samples during training. */
const GUIDANCE_SCALE = 2;

/**
 * Writes a grid with a row of generated pictures for each of some classes, spread evenly over all.
 *
 * @param options `seed` decides the draws, the same ones at every step of a training.
 */
export async function writeGeneratedGrid(
  path: string,
  generator: Generator,
  tokenizer: ResTok,
  options: { readonly numClasses: number; readonly seed?: number },
): Promise<void> {
  const { num_classes: all, class_names: names } = generator.config;
  const count = Math.min(options.numClasses, all);
  const classes = Array.from({ length: count }, (_, row) => Math.floor(((row + 0.5) * all) / count));
  const labels = classes.flatMap((label) => new Array<number>(COLUMNS).fill(label));
  const indices = await generator.generateIndices(labels, {
    guidanceScale: generator.nullLabel === undefined ? 1 : GUIDANCE_SCALE,
    seed: options.seed ?? 0,
  });
  const decoded = tokenizer.decodeIndices(indices);
  indices.dispose();
  const [, height, width] = decoded.shape;
  const values = await decoded.data();
  decoded.dispose();
  const size = height * width * 3;
  const pictures = labels.map((_, i) =>
    fromUnitRange(Array.from(values.subarray(i * size, (i + 1) * size)), width, height),
  );
  const rows = classes.map((_, row) => pictures.slice(row * COLUMNS, (row + 1) * COLUMNS));
  const rowLabels = classes.map((label) => names?.[label] ?? String(label));
  await writePng(path, await pictureGrid(rows, { rowLabels }));
}
