import { psnr } from '@restok/metrics';
import { principalComponents, project } from '@restok/metrics/principal-components';
import { matrixProduct } from './matrix-product.mjs';
import { boundaries, nearestLevel, quantizers } from './quantizers.mjs';

/** Budgets that the published line is drawn through. */
const fixedSplits = [64, 96, 128, 192].map((components) => ({ components, bitsPerComponent: 6 }));

/** Bits of 1, 2, 4, ... latents with a codebook of 4,096 rows. */
const budgets = [1, 2, 4, 8, 16, 32, 64].map((latents) => 12 * latents);

/** One bit per component never wins; nine and more neither. */
const bitChoices = [2, 3, 4, 5, 6, 7, 8];

/** Pictures whose reconstructions are held at a time. */
const BLOCK = 128;

/**
 * A row of the baseline.
 *
 * @typedef {object} BaselineRow
 * @property {number} bits the budget
 * @property {number} components how many coordinates are stored
 * @property {number} bitsPerComponent
 * @property {string} quantizer
 * @property {number} psnr mean over the test pictures of their PSNR in dB, clamped and rounded to 8 bits
 */

/**
 * PSNR of pictures stored as quantized principal components.
 *
 * @param {import('@restok/data').EmojiDataset} train what components, variances and splits come from.
 * @param {import('@restok/data').EmojiDataset} test what is scored.
 * @param {{ seed: number, passes: number, onProgress?: (text: string) => void }} options
 * @returns {Promise<{ meanPicture: number, fixed: BaselineRow[], best: BaselineRow[] }>}
 */
export async function pcaBaseline(train, test, { seed, passes, onProgress = () => {} }) {
  const most = Math.max(...fixedSplits.map(({ components }) => components), budgets.at(-1) / bitChoices[0]);
  const model = await principalComponents(train, {
    count: most,
    passes,
    seed,
    onPass: (pass) => onProgress(`principal components, pass ${pass} of ${passes}`),
  });
  const count = model.variances.length;
  const coordinates = (pictures) => project(pictures, model.mean, model.components);
  const trainCoordinates = await coordinates(train);
  const testCoordinates = await coordinates(test);
  const lengths = squaredLengths(train, model.mean);

  const score = (split) => {
    onProgress(`${split.components} components, ${split.bitsPerComponent} bits, ${split.quantizer}`);
    return testPsnr(test, model, testCoordinates, split);
  };
  const row = (bits, split) => ({ bits, ...split, psnr: score(split) });

  const fixed = fixedSplits.flatMap((split) =>
    Object.keys(quantizers).map((quantizer) =>
      row(split.components * split.bitsPerComponent, { ...split, quantizer }),
    ),
  );
  const best = budgets.map((bits) => {
    onProgress(`best split of ${bits} bits`);
    const splits = possibleSplits(bits).filter(({ components }) => components <= count);
    const onTrain = splits.map((split) => trainPsnr(model, trainCoordinates, lengths, split));
    return row(bits, splits[onTrain.indexOf(Math.max(...onTrain))]);
  });
  const meanPicture = testPsnr(test, model, testCoordinates, {
    components: 0,
    bitsPerComponent: 1,
    quantizer: 'uniform',
  });
  return { meanPicture, fixed, best };
}

/** Every number of bits per component and every quantizer, with as many components as the budget pays for. */
export function possibleSplits(bits) {
  return bitChoices
    .filter((bitsPerComponent) => bitsPerComponent <= bits)
    .flatMap((bitsPerComponent) =>
      Object.keys(quantizers).map((quantizer) => ({
        components: Math.floor(bits / bitsPerComponent),
        bitsPerComponent,
        quantizer,
      })),
    );
}

/** Coordinates `[n, count]` after storage: the first components quantized, the others 0. */
function stored(coordinates, variances, { components, bitsPerComponent, quantizer }) {
  const count = variances.length;
  const levels = quantizers[quantizer](bitsPerComponent);
  const edges = boundaries(levels);
  const deviations = variances.map(Math.sqrt);
  return coordinates.map((value, i) => {
    const component = i % count;
    return component < components
      ? deviations[component] * nearestLevel(value / deviations[component], levels, edges)
      : 0;
  });
}

/** Mean PSNR from coordinates alone: components are orthonormal, so what is not stored adds up. No clamping. */
function trainPsnr({ mean, variances }, coordinates, lengths, split) {
  const quantized = stored(coordinates, variances, split);
  const count = variances.length;
  let sum = 0;
  lengths.forEach((length, picture) => {
    let squaredError = length;
    for (let i = picture * count; i < picture * count + split.components; i++) {
      squaredError += (coordinates[i] - quantized[i]) ** 2 - coordinates[i] ** 2;
    }
    sum += 10 * Math.log10(mean.length / squaredError);
  });
  return sum / lengths.length;
}

/** Mean PSNR of reconstructed pictures, clamped and rounded to 8 bits. */
function testPsnr(pictures, { mean, components, variances }, coordinates, split) {
  const quantized = stored(coordinates, variances, split);
  const count = variances.length;
  let sum = 0;
  for (let start = 0; start < pictures.count; start += BLOCK) {
    const size = Math.min(BLOCK, pictures.count - start);
    const block = { values: quantized.subarray(start * count, (start + size) * count), rows: size };
    const offsets = matrixProduct(block, { values: components, rows: count });
    for (let i = 0; i < size; i++) {
      const bytes = mean.map((value, j) =>
        Math.round(255 * Math.min(1, Math.max(0, value + offsets[i * mean.length + j]))),
      );
      sum += psnr(pictures.bytes(start + i), bytes, { peak: 255 });
    }
  }
  return sum / pictures.count;
}

/** Squared length of each picture about the mean. */
function squaredLengths(pictures, mean) {
  return Float64Array.from({ length: pictures.count }, (_, i) => {
    const bytes = pictures.bytes(i);
    return mean.reduce((sum, value, j) => sum + (bytes[j] / 255 - value) ** 2, 0);
  });
}
