import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openEmoji } from '@restok/data';
import sharp from 'sharp';
import { credits } from './credits.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const usage = 'node tooling/sample-pictures/make.mjs --data DIR [--out models/emoji-64/samples]';

/** Our own drawings, each from `drawings/<name>.svg`. */
const drawings = [
  { name: 'sailing-boat', title: 'A sailing boat at sunset' },
  { name: 'house', title: 'A house and an apple tree' },
  { name: 'face', title: 'A smiling face' },
  { name: 'still-life', title: 'Tulips, an apple, a pear and an orange' },
];

/** Pictures of the test split: no model has learned from them, in any style. */
const emoji = [
  { name: 'dog-noto', codeName: '1f436', style: 'noto' },
  { name: 'pizza-twemoji', codeName: '1f355', style: 'twemoji' },
  { name: 'smile-fluent', codeName: '1f604', style: 'fluent' },
  { name: 'trophy-fluent', codeName: '1f3c6', style: 'fluent' },
];

/** Sides of the drawings, in pixels; the emoji keep the 64 that they have in the data set. */
const drawingSize = 256;

/** Lossless, and the same bytes each time. */
const png = { compressionLevel: 9 };

/** Draws and copies the eight pictures of the quickstart, and writes who made them. */
async function main() {
  const { data, out } = readArguments();
  await mkdir(out, { recursive: true });
  for (const { name } of drawings) {
    const svg = await readFile(join(here, 'drawings', `${name}.svg`));
    const picture = sharp(svg).resize(drawingSize, drawingSize).flatten({ background: '#ffffff' });
    await picture.png(png).toFile(join(out, `${name}.png`));
  }
  const test = await openEmoji(data, 'test');
  const copied = [];
  for (const { name, codeName, style } of emoji) {
    const index = testIndex(test, codeName, style);
    const raw = { width: test.size, height: test.size, channels: 3 };
    await sharp(test.bytes(index), { raw })
      .png(png)
      .toFile(join(out, `${name}.png`));
    const source = test.manifest.sources.find((candidate) => candidate.style === style);
    copied.push({ name, title: test.entry(index).name, source });
  }
  await writeFile(join(out, 'CREDITS.md'), credits(drawings, copied));
  process.stdout.write(
    `${drawings.length + emoji.length} pictures in ${relative(process.cwd(), out) || '.'}\n`,
  );
}

function testIndex(test, codeName, style) {
  for (let index = 0; index < test.count; index++) {
    const entry = test.entry(index);
    if (entry.codeName === codeName && entry.style === style) {
      return index;
    }
  }
  throw new Error(`${codeName} in style ${style} is not in the test split`);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string' },
        out: { type: 'string', default: join(root, 'models', 'emoji-64', 'samples') },
      },
    });
    if (values.data === undefined) {
      throw new Error('--data must be a folder made by: restok data emoji --out DIR');
    }
    return values;
  } catch (error) {
    process.stderr.write(`sample-pictures: ${error.message}. Usage: ${usage}\n`);
    process.exit(2);
  }
}

main().catch((error) => {
  process.stderr.write(`sample-pictures: ${error.message}\n`);
  process.exit(1);
});
