import { join } from 'node:path';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Picture } from '@restok/data';
import { pictureGrid, writePng } from '@restok/data';
import { psnr } from '@restok/metrics';
import type { ResTok } from '@restok/tokenizer';
import { outputNames } from '../file-names';
import type { TokenizerOptions } from '../load-tokenizer';
import { pictureSize, withTokenizer } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { asBatch, asPicture, readForModel } from '../picture-batch';

export interface ReconstructOptions extends TokenizerOptions {
  readonly out: string;
  readonly keep?: readonly number[];
  readonly grid?: string;
}

interface Reconstruction {
  readonly original: Picture;
  /** By number of kept latents; all of them last. */
  readonly pictures: ReadonlyMap<number, Picture>;
}

/** `restok reconstruct`: pictures through the tokenizer and back, with their PSNR. */
export async function reconstruct(images: readonly string[], options: ReconstructOptions): Promise<void> {
  const output = createOutput(options);
  await withTokenizer(options, output, async (tokenizer) => {
    const keep = options.keep ?? [];
    const names = outputNames(images);
    const rows: Picture[][] = [];
    const results: { file: string; psnr: number; kept: Record<string, number> }[] = [];
    const startedAt = performance.now();
    for (const [i, image] of images.entries()) {
      const { original, pictures } = await reconstructOne(tokenizer, image, keep);
      const score = (picture: Picture): number =>
        Number(psnr(original.pixels, picture.pixels, { peak: 255 }).toFixed(4));
      for (const [kept, picture] of pictures) {
        const suffix = kept === tokenizer.numLatents ? '' : `.keep-${kept}`;
        await writePng(join(options.out, `${names[i]}${suffix}.png`), picture);
      }
      results.push({
        file: image,
        psnr: score(pictures.get(tokenizer.numLatents)!),
        kept: Object.fromEntries(keep.map((kept) => [String(kept), score(pictures.get(kept)!)])),
      });
      const shown = keep.length === 0 ? [tokenizer.numLatents] : keep;
      rows.push([original, ...shown.map((kept) => pictures.get(kept)!)]);
      output.progress(rateText(i + 1, images.length, startedAt, 'pictures'));
    }
    if (options.grid !== undefined) {
      const shown = keep.length === 0 ? [tokenizer.numLatents] : keep;
      const labels = ['original', ...shown.map((kept) => (kept === 1 ? '1 latent' : `${kept} latents`))];
      await writePng(
        options.grid,
        await pictureGrid(
          rows.map((row) => row.map(enlarge)),
          { columnLabels: labels },
        ),
      );
    }
    output.result({ pictures: results }, describe(results, options));
  });
}

async function reconstructOne(
  tokenizer: ResTok,
  image: string,
  keep: readonly number[],
): Promise<Reconstruction> {
  const original = await readForModel(image, pictureSize(tokenizer));
  const pixels = asBatch(original);
  const { indices, codes } = tokenizer.encode(pixels);
  const pictures = new Map<number, Picture>();
  for (const kept of new Set([...keep, tokenizer.numLatents])) {
    pictures.set(kept, await decodeKept(tokenizer, codes, kept));
  }
  [pixels, indices, codes].forEach((tensor) => tensor.dispose());
  return { original, pictures };
}

function decodeKept(tokenizer: ResTok, codes: Tensor3D, kept: number): Promise<Picture> {
  return asPicture(tokenizer.decode(codes, { numKept: kept }));
}

/** Grids are for looking at: small pictures are shown at twice or more their size, pixel by pixel. */
function enlarge(picture: Picture): Picture {
  const factor = Math.max(1, Math.floor(128 / picture.width));
  const width = picture.width * factor;
  const height = picture.height * factor;
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (Math.floor(row / factor) * picture.width + Math.floor(column / factor)) * 3;
      pixels.set(picture.pixels.subarray(from, from + 3), (row * width + column) * 3);
    }
  }
  return { width, height, pixels };
}

function describe(
  results: readonly { file: string; psnr: number; kept: Record<string, number> }[],
  options: ReconstructOptions,
): string[] {
  const lines = results.map(({ file, psnr: all, kept }) => {
    const parts = Object.entries(kept).map(([count, value]) => `${count}: ${value.toFixed(2)}`);
    return `${file}: ${all.toFixed(2)} dB${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
  });
  return [...lines, options.grid === undefined ? `pictures in ${options.out}` : `grid: ${options.grid}`];
}
