// Writes pictures of the emoji set's training split as one, for pages that train on them.
//
//   node tooling/sample-pictures/emoji-sheet.mjs --data DIR [--out models/emoji-64/emoji-sheet]
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openEmoji } from '@restok/data';
import sharp from 'sharp';
import { sheetCredits } from './credits.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const usage = 'node tooling/sample-pictures/emoji-sheet.mjs --data DIR [--out models/emoji-64/emoji-sheet]';

const COLUMNS = 32;
const ROWS = 32;
const CHANNELS = 3;
/** Another seed chooses other pictures. */
const SEED = 1;
/** Edges stay clean, and the file below 1.2 MB. */
const webp = { quality: 90, smartSubsample: true, effort: 6 };

async function main() {
  const { data, out } = readArguments();
  const emoji = await openEmoji(data, 'train');
  const chosen = chooseInTurn(emoji, COLUMNS * ROWS);
  const raw = { width: COLUMNS * emoji.size, height: ROWS * emoji.size, channels: CHANNELS };
  await mkdir(out, { recursive: true });
  const { size } = await sharp(pasted(emoji, chosen), { raw }).webp(webp).toFile(join(out, 'sheet.webp'));
  const list = {
    side: emoji.size,
    columns: COLUMNS,
    seed: SEED,
    names: chosen.map((index) => emoji.name(index)),
  };
  await writeFile(join(out, 'sheet.json'), `${JSON.stringify(list)}\n`);
  await writeFile(join(out, 'CREDITS.md'), sheetCredits(chosen.length, emoji.manifest.sources));
  process.stdout.write(
    `${chosen.length} pictures, ${size} bytes, in ${relative(process.cwd(), out) || '.'}\n`,
  );
}

/**
 * Indices of pictures, one of each class in turn, so that every class has as many as the others, or one less.
 *
 * @returns `count` of them, each once.
 */
function chooseInTurn(emoji, count) {
  const classes = emoji.classNames.map(() => []);
  for (let index = 0; index < emoji.count; index++) {
    classes[emoji.label(index)].push(index);
  }
  const order = new Map(
    Array.from({ length: emoji.count }, (_, index) => [index, orderOf(emoji.name(index))]),
  );
  classes.forEach((members) => members.sort((a, b) => (order.get(a) < order.get(b) ? -1 : 1)));
  const fewest = Math.min(...classes.map(({ length }) => length));
  const needed = Math.ceil(count / classes.length);
  if (fewest < needed) {
    throw new Error(
      `every class must hold ${needed} pictures, got ${fewest}. Fetch the whole set: restok data emoji`,
    );
  }
  return Array.from({ length: count }, (_, i) => classes[i % classes.length][Math.floor(i / classes.length)]);
}

/** A place in an order that looks random and is the same on every machine. */
function orderOf(name) {
  return createHash('sha1').update(`${SEED}:${name}`).digest('hex');
}

/** Pixels `[ROWS * size, COLUMNS * size, 3]` of pictures side by side, row by row. */
function pasted(emoji, chosen) {
  const { size } = emoji;
  const rowBytes = size * CHANNELS;
  const sheet = new Uint8Array(chosen.length * size * rowBytes);
  chosen.forEach((index, at) => {
    const bytes = emoji.bytes(index);
    const top = Math.floor(at / COLUMNS) * size;
    for (let row = 0; row < size; row++) {
      const start = ((top + row) * COLUMNS + (at % COLUMNS)) * rowBytes;
      sheet.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), start);
    }
  });
  return sheet;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string' },
        out: { type: 'string', default: join(root, 'models', 'emoji-64', 'emoji-sheet') },
      },
    });
    if (values.data === undefined) {
      throw new Error('--data must be a folder made by: restok data emoji --out DIR');
    }
    return values;
  } catch (error) {
    process.stderr.write(`emoji-sheet: ${error.message}. Usage: ${usage}\n`);
    process.exit(2);
  }
}

main().catch((error) => {
  process.stderr.write(`emoji-sheet: ${error.message}\n`);
  process.exit(1);
});
