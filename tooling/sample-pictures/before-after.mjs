// Sets pictures beside their reconstructions by two models, the figure of docs/fine-tuning.md.
//
//   node tooling/sample-pictures/before-after.mjs --before DIR --after DIR --out FILE PICTURE...
//
// The folders are those of restok reconstruct with either model.
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pictureGrid, readPicture, writePng } from '@restok/data';

const usage = 'node tooling/sample-pictures/before-after.mjs --before DIR --after DIR --out FILE PICTURE...';

/** Pictures in a row of the figure, each with its two reconstructions. */
const PER_ROW = 2;

async function main() {
  const { before, after, out, pictures } = readArguments();
  const triples = await Promise.all(
    pictures.map((file) =>
      Promise.all([file, join(before, basename(file)), join(after, basename(file))].map(readPicture)),
    ),
  );
  const rows = [];
  for (let i = 0; i < triples.length; i += PER_ROW) {
    rows.push(triples.slice(i, i + PER_ROW).flat());
  }
  const columnLabels = Array.from({ length: PER_ROW }, () => ['original', 'before', 'after']).flat();
  await writePng(out, await pictureGrid(rows, { columnLabels }));
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { before: { type: 'string' }, after: { type: 'string' }, out: { type: 'string' } },
    });
    const missing = ['before', 'after', 'out'].find((name) => values[name] === undefined);
    if (missing !== undefined || positionals.length === 0) {
      throw new Error(missing === undefined ? 'a picture must be named' : `--${missing} is missing`);
    }
    return { ...values, pictures: positionals };
  } catch (error) {
    process.stderr.write(`before-after: ${error.message}. Usage: ${usage}\n`);
    process.exit(2);
  }
}

main().catch((error) => {
  process.stderr.write(`before-after: ${error.message}\n`);
  process.exit(1);
});
