// Turns a trained tokenizer into one that ships: float16 weights, stored reference indices, measured figures.
//
//   node tooling/ship-model/ship-tokenizer.mjs --model output/emoji-64-tokenizer/model --data data/emoji \
//     --out models/emoji-64/tokenizer
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { evaluationCrop, readPicture, toUnitRange } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import { convertWeights } from './convert-weights.mjs';

const REFERENCE_PICTURE = 'sailing-boat.png';
/** Of the search for better codes that the card tells of, too. */
const REFINE_STEPS = 10;
const RESTOK = fileURLToPath(new URL('../../apps/cli/dist/restok.js', import.meta.url));

const { values: options } = parseArgs({
  options: { model: { type: 'string' }, data: { type: 'string' }, out: { type: 'string' } },
});
await useNodeBackend();
await convertWeights(options.model, options.out);
const tokenizer = await ResTok.fromPretrained(options.out);
await writeReference(tokenizer, join(options.out, '../samples', REFERENCE_PICTURE), options.out);
const figures = {
  ...(await measure(options.out, options.data)),
  refined: {
    steps: REFINE_STEPS,
    ...(await measure(options.out, options.data, ['--refine', String(REFINE_STEPS)])),
  },
};
await writeFile(join(options.out, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);

/** What `restok doctor` compares with. */
async function writeReference(model, path, folder) {
  const size = model.config.dataset.preprocessing.crop_size;
  const picture = evaluationCrop(await readPicture(path), size);
  const pixels = tf.tensor4d(toUnitRange(picture), [1, size, size, 3]);
  const { indices } = model.encode(pixels);
  const reference = { picture: REFERENCE_PICTURE, indices: [...indices.dataSync()] };
  await writeFile(join(folder, 'reference.json'), `${JSON.stringify(reference)}\n`);
}

/** What `restok eval reconstruction` prints, rounded. */
async function measure(model, data, more = []) {
  const args = ['eval', 'reconstruction', '--data', data, '--model', model, '--json', ...more];
  const { stdout } = await promisify(execFile)(process.execPath, [RESTOK, ...args], { maxBuffer: 2 ** 24 });
  const { settings, metrics, byLatents } = JSON.parse(stdout);
  return {
    testPictures: settings['data count'],
    byLatents: Object.fromEntries(
      Object.entries(byLatents).map(([latents, { bits, psnr, ssim }]) => [
        latents,
        { bits, psnr: round(psnr, 2), ssim: round(ssim, 4) },
      ]),
    ),
    codebookUsage: round(metrics.codebookUsage, 4),
    codebookEntropyBits: round(metrics.codebookEntropyBits, 2),
  };
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
