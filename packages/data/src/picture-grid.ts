import sharp from 'sharp';
import { DataError, ShapeError } from '@restok/core/errors';
import type { Picture } from './picture';
import { checkPicture } from './picture';

export interface PictureGridOptions {
  /** Captions over the columns. */
  readonly columnLabels?: readonly string[];
  /** Captions to the left of the rows. */
  readonly rowLabels?: readonly string[];
  /** White space around every picture, in pixels. */
  readonly gap?: number;
}

const DEFAULT_GAP = 6;
const LABEL_HEIGHT = 20;
/** Room for a character of a caption, in pixels. */
const CHARACTER_WIDTH = 7;

/** The renderer of the captions draws nothing wider. */
const MAX_LABELLED_WIDTH = 32767;

/**
 * Pictures of one size in rows on white; rows may differ in length.
 *
 * @throws DataError when there is none, their sizes differ or the grid is too wide for captions; ShapeError when
 *   pixels do not fill a picture or the gap is negative.
 */
export async function pictureGrid(
  rows: readonly (readonly Picture[])[],
  options: PictureGridOptions = {},
): Promise<Picture> {
  const all = rows.flat();
  const [first] = all;
  if (
    first === undefined ||
    all.some(({ width, height }) => width !== first.width || height !== first.height)
  ) {
    throw new DataError('pictureGrid: pictures must be at least one, all of one size. Resize them first.');
  }
  all.forEach((picture) => checkPicture('pictureGrid', picture));
  const { columnLabels = [], rowLabels = [], gap = DEFAULT_GAP } = options;
  if (!Number.isSafeInteger(gap) || gap < 0) {
    throw new ShapeError(`pictureGrid: gap must be a whole number from 0, got ${gap}. Pass it in pixels.`);
  }
  const top = columnLabels.length === 0 ? 0 : LABEL_HEIGHT;
  const left = CHARACTER_WIDTH * Math.max(0, ...rowLabels.map((label) => label.length));
  const columns = Math.max(...rows.map((row) => row.length));
  const width = left + columns * (first.width + gap) + gap;
  const height = top + rows.length * (first.height + gap) + gap;
  const grid = { width, height, pixels: new Uint8Array(width * height * 3).fill(255) };
  if (top > 0) {
    const captions = columnLabels
      .slice(0, columns)
      .map((text, column) => ({ text, at: left + gap + column * (first.width + gap) + first.width / 2 }));
    place(grid, await captionStrip(captions, width), 0, 0);
  }
  for (const [r, text] of rowLabels.slice(0, left > 0 ? rows.length : 0).entries()) {
    const middle = top + gap + r * (first.height + gap) + first.height / 2;
    const strip = await captionStrip([{ text, at: left / 2 }], left);
    place(grid, cropRows(strip, first.height), 0, Math.max(top, Math.floor(middle - LABEL_HEIGHT / 2)));
  }
  rows.forEach((row, r) =>
    row.forEach((picture, c) =>
      place(grid, picture, left + gap + c * (first.width + gap), top + gap + r * (first.height + gap)),
    ),
  );
  return grid;
}

/** Copies a picture into the grid. */
function place(grid: Picture, picture: Picture, left: number, top: number): void {
  const rowLength = picture.width * 3;
  for (let row = 0; row < picture.height; row++) {
    const source = picture.pixels.subarray(row * rowLength, (row + 1) * rowLength);
    grid.pixels.set(source, ((top + row) * grid.width + left) * 3);
  }
}

interface Caption {
  readonly text: string;
  /** Its middle, in pixels. */
  readonly at: number;
}

/** A line of captions. */
async function captionStrip(captions: readonly Caption[], width: number): Promise<Picture> {
  if (width > MAX_LABELLED_WIDTH) {
    throw new DataError(
      `pictureGrid: ${width} pixels are too wide for captions, which reach ${MAX_LABELLED_WIDTH}. Leave the labels out.`,
    );
  }
  const texts = captions.map(
    ({ text, at }) =>
      `<text x="${at}" y="${LABEL_HEIGHT - 4}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#444444">${escaped(text)}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL_HEIGHT}">${texts.join('')}</svg>`;
  const data = await sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width, height: LABEL_HEIGHT, pixels: new Uint8Array(data) };
}

/** The top of a picture. */
function cropRows(picture: Picture, height: number): Picture {
  const kept = Math.min(height, picture.height);
  return { ...picture, height: kept, pixels: picture.pixels.subarray(0, picture.width * kept * 3) };
}

/** What XML does not take becomes a space. */
function escaped(label: string): string {
  return label
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
    .replace(/[<>&]/g, (character) => `&#${character.codePointAt(0)};`);
}
