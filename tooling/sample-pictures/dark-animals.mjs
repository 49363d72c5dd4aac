// Writes the animals of Noto Emoji on a dark ground, the example of docs/fine-tuning.md, as two folders of PNGs.
//
//   node tooling/sample-pictures/dark-animals.mjs --data DIR [--out dark-animals]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEmoji, writePng } from '@restok/data';

const usage = 'node tooling/sample-pictures/dark-animals.mjs --data DIR [--out dark-animals]';

const CLASS_NAME = 'animals/noto';
const GROUND = [0x18, 0x18, 0x20];
const WHITE = 255;
const CHANNELS = 3;

async function main() {
  const { data, out } = readArguments();
  const counts = [];
  for (const split of ['train', 'test']) {
    const emoji = await openEmoji(data, split);
    const animals = Array.from({ length: emoji.count }, (_, index) => index).filter(
      (index) => emoji.classNames[emoji.label(index)] === CLASS_NAME,
    );
    for (const index of animals) {
      const pixels = onDarkGround(emoji.bytes(index), emoji.size);
      const file = join(out, split, `${emoji.entry(index).codeName}.png`);
      await writePng(file, { width: emoji.size, height: emoji.size, pixels });
    }
    counts.push(`${animals.length} pictures in ${join(out, split)}`);
  }
  process.stdout.write(`${counts.join(', ')}\n`);
}

/**
 * White that is connected to the border becomes the ground; the edge of the drawing, which was mixed with white,
 * stays as it is.
 *
 * @param bytes `[size, size, 3]`, left as they are.
 */
function onDarkGround(bytes, size) {
  const pixels = Uint8Array.from(bytes);
  const waiting = [];
  for (let i = 0; i < size; i++) {
    waiting.push([i, 0], [i, size - 1], [0, i], [size - 1, i]);
  }
  while (waiting.length > 0) {
    const [x, y] = waiting.pop();
    const start = (y * size + x) * CHANNELS;
    const inside = x >= 0 && y >= 0 && x < size && y < size;
    if (inside && pixels.subarray(start, start + CHANNELS).every((value) => value === WHITE)) {
      pixels.set(GROUND, start);
      waiting.push([x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]);
    }
  }
  return pixels;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { data: { type: 'string' }, out: { type: 'string', default: 'dark-animals' } },
    });
    if (values.data === undefined) {
      throw new Error('--data must be a folder made by: restok data emoji --out DIR');
    }
    return values;
  } catch (error) {
    process.stderr.write(`dark-animals: ${error.message}. Usage: ${usage}\n`);
    process.exit(2);
  }
}

main().catch((error) => {
  process.stderr.write(`dark-animals: ${error.message}\n`);
  process.exit(1);
});
