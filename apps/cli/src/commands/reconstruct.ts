import { join } from 'node:path';
import type { Picture } from '@restok/data';
import { pictureGrid } from '@restok/data';
import { psnr } from '@restok/metrics';
import { enlarge } from '../enlarge';
import { outputNames } from '../file-names';
import type { RefineOption } from '../find-codes';
import type { CoderOptions } from '../load-tokenizer';
import { withCoder } from '../load-tokenizer';
import { checkKept } from '../model-limits';
import { createOutput, rateText } from '../output';
import { checkOutputs, checkPngName, writePngsWhole, writePngWhole } from '../output-files';
import { readAllForModel } from '../picture-batch';
import type { PictureCoder } from '../picture-coder';

export interface ReconstructOptions extends CoderOptions, RefineOption {
  readonly out: string;
  readonly keep?: readonly number[];
  readonly grid?: string;
}

/** What --json says of a picture; decibels, null where the pictures are equal. */
interface PictureResult {
  readonly file: string;
  readonly psnr: number | null;
  /** By number of kept latents. */
  readonly kept: Readonly<Record<string, number | null>>;
}

/** `restok reconstruct`: pictures through the tokenizer and back, with their PSNR. */
export async function reconstruct(images: readonly string[], options: ReconstructOptions): Promise<void> {
  const output = createOutput(options);
  const { keep = [], grid } = options;
  if (grid !== undefined) {
    checkPngName(grid);
  }
  await withCoder(options, output, {
    async prepare(architecture) {
      checkKept(keep, architecture);
      const { numLatents } = architecture.schedule;
      const counts = [...new Set([...keep, numLatents])];
      const suffixes = counts.map((kept) => (kept === numLatents ? '.png' : `.keep-${kept}.png`));
      const files = outputNames(images, suffixes).map((name) =>
        suffixes.map((suffix) => join(options.out, `${name}${suffix}`)),
      );
      await checkOutputs([...files.flat(), ...(grid === undefined ? [] : [grid])], images);
      const read = await readAllForModel(images, architecture.cropSize, (count) =>
        output.progress(`reading ${count}/${images.length}`),
      );
      return { counts, files, read };
    },
    async run(tokenizer, { counts, files, read }) {
      const rows: Picture[][] = [];
      const results: PictureResult[] = [];
      const startedAt = performance.now();
      for (const [i, image] of images.entries()) {
        const original = await read(i);
        const pictures = await reconstructOne(tokenizer, original, counts);
        await writePngsWhole(counts.map((kept, j) => [files[i]![j]!, pictures.get(kept)!]));
        const score = (kept: number): number | null => decibels(original, pictures.get(kept)!);
        results.push({
          file: image,
          psnr: score(tokenizer.numLatents),
          kept: Object.fromEntries(keep.map((kept) => [String(kept), score(kept)])),
        });
        if (grid !== undefined) {
          rows.push([original, ...counts.map((kept) => pictures.get(kept)!)].map(enlarge));
        }
        output.progress(rateText(i + 1, images.length, startedAt, 'pictures'));
      }
      if (grid !== undefined) {
        const labels = counts.map((kept) => (kept === 1 ? '1 latent' : `${kept} latents`));
        await writePngWhole(grid, await pictureGrid(rows, { columnLabels: ['original', ...labels] }));
      }
      output.result({ pictures: results }, describe(results, options));
    },
  });
}

/** Reconstructions by number of kept latents. */
async function reconstructOne(
  tokenizer: PictureCoder,
  original: Picture,
  counts: readonly number[],
): Promise<Map<number, Picture>> {
  const indices = await tokenizer.encode([original]);
  const pictures = new Map<number, Picture>();
  for (const numKept of counts) {
    const [picture] = await tokenizer.decode(indices, numKept);
    pictures.set(numKept, picture!);
  }
  return pictures;
}

/** JSON has no infinity. */
function decibels(original: Picture, picture: Picture): number | null {
  const value = psnr(original.pixels, picture.pixels, { peak: 255 });
  return Number.isFinite(value) ? Number(value.toFixed(4)) : null;
}

function describe(results: readonly PictureResult[], { out, grid }: ReconstructOptions): string[] {
  const text = (value: number | null): string => (value === null ? 'equal' : value.toFixed(2));
  const lines = results.map(({ file, psnr: all, kept }) => {
    const parts = Object.entries(kept).map(([count, value]) => `${count}: ${text(value)}`);
    const whole = all === null ? 'equal' : `${text(all)} dB`;
    return `${file}: ${whole}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
  });
  return [...lines, `pictures in ${out}`, ...(grid === undefined ? [] : [`grid: ${grid}`])];
}
