import sharp from 'sharp';
import { DataError } from '@restok/core';
import type { Picture } from './picture';

export interface PictureGridOptions {
  /** Captions over the columns. */
  readonly columnLabels?: readonly string[];
  /** White space around every picture, in pixels. */
  readonly gap?: number;
}

const DEFAULT_GAP = 6;
const LABEL_HEIGHT = 20;

/**
 * Pictures of one size in rows on white.
 *
 * @throws DataError when there is none or their sizes differ.
 */
export async function pictureGrid(
  rows: readonly (readonly Picture[])[],
  options: PictureGridOptions = {},
): Promise<Picture> {
  const first = rows[0]?.[0];
  if (
    first === undefined ||
    rows.flat().some(({ width, height }) => width !== first.width || height !== first.height)
  ) {
    throw new DataError('pictureGrid: pictures must be at least one, all of one size. Resize them first.');
  }
  const gap = options.gap ?? DEFAULT_GAP;
  const top = options.columnLabels === undefined ? 0 : LABEL_HEIGHT;
  const columns = Math.max(...rows.map((row) => row.length));
  const width = columns * (first.width + gap) + gap;
  const height = top + rows.length * (first.height + gap) + gap;
  const left = (column: number): number => gap + column * (first.width + gap);
  const tiles = rows.flatMap((row, r) =>
    row.map((picture, c) => ({
      input: Buffer.from(picture.pixels),
      raw: { width: picture.width, height: picture.height, channels: 3 as const },
      left: left(c),
      top: top + gap + r * (first.height + gap),
    })),
  );
  const labels = (options.columnLabels ?? []).map((label, c) => labelTile(label, left(c) + first.width / 2));
  const overlay = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${labels.join('')}</svg>`,
  );
  const { data } = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...tiles, { input: overlay, left: 0, top: 0 }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, pixels: new Uint8Array(data) };
}

function labelTile(label: string, centre: number): string {
  const text = label.replace(/[<&>]/g, ' ');
  return `<text x="${centre}" y="${LABEL_HEIGHT - 4}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#444444">${text}</text>`;
}
