// Turns a trained tokenizer into one that ships: float16 weights, stored reference indices, measured figures.
//
//   node tooling/ship-model/ship-tokenizer.mjs --model output/emoji-64-tokenizer/model --data data/emoji \
//     --out models/emoji-64/tokenizer
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { evaluationCrop, fromUnitRange, openEmoji, readPicture, toUnitRange } from '@restok/data';
import { codebookEntropy, codebookUsage, psnr, ssim } from '@restok/metrics';
import { ResTok } from '@restok/tokenizer';
import { convertWeights } from './convert-weights.mjs';

const REFERENCE_PICTURE = 'sailing-boat.png';
const BATCH = 64;

const { values: options } = parseArgs({
  options: { model: { type: 'string' }, data: { type: 'string' }, out: { type: 'string' } },
});
await useNodeBackend();
await convertWeights(options.model, options.out);
const tokenizer = await ResTok.fromPretrained(options.out);
await writeReference(tokenizer, join(options.out, '../samples', REFERENCE_PICTURE), options.out);
const figures = await measure(tokenizer, await openEmoji(options.data, 'test'));
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

async function measure(model, dataset) {
  const { numLatents } = model;
  const keep = Array.from({ length: Math.log2(numLatents) + 1 }, (_, i) => 2 ** i);
  const format = { width: dataset.size, height: dataset.size, channels: 3, peak: 255 };
  const sums = Object.fromEntries(keep.map((kept) => [kept, { psnr: 0, ssim: 0 }]));
  const all = [];
  for (let start = 0; start < dataset.count; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, dataset.count - start) }, (_, i) => start + i);
    const values = await dataset.read(batch);
    const pixels = tf.tensor4d(values, [batch.length, dataset.size, dataset.size, 3]);
    const { indices, codes } = model.encode(pixels);
    all.push(...indices.dataSync());
    for (const kept of keep) {
      const decoded = model.decode(codes, { numKept: kept });
      const pictures = decoded.dataSync();
      decoded.dispose();
      batch.forEach((index, i) => {
        const size = dataset.size ** 2 * 3;
        const picture = fromUnitRange(
          pictures.subarray(i * size, (i + 1) * size),
          dataset.size,
          dataset.size,
        );
        sums[kept].psnr += psnr(dataset.bytes(index), picture.pixels, { peak: 255 });
        sums[kept].ssim += ssim(dataset.bytes(index), picture.pixels, format);
      });
    }
    tf.dispose([pixels, indices, codes]);
  }
  const { codebookSize } = model.quantizer.options;
  const byLatents = Object.fromEntries(
    keep.map((kept) => [
      kept,
      {
        bits: kept * Math.log2(codebookSize),
        psnr: round(sums[kept].psnr / dataset.count, 2),
        ssim: round(sums[kept].ssim / dataset.count, 4),
      },
    ]),
  );
  return {
    testPictures: dataset.count,
    byLatents,
    codebookUsage: round(codebookUsage(all, codebookSize), 4),
    codebookEntropyBits: round(codebookEntropy(all, codebookSize), 2),
  };
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
