import * as tf from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { exportTokenizer, OnnxTokenizer } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';
import { refineCodes } from '@restok/training';
import { withOnnxTimes } from './benchmark-onnx';
import { loadRandomWeights } from './random-weights';
import type { BenchmarkRow } from './timing';
import { medianTime, timeRow } from './timing';

const BATCHES = [1, 8, 32];
/** Pictures whose codes are looked for, and steps of the search. */
const REFINED = 8;
const STEPS = 20;

/** A tokenizer of the published size; random weights, since speed does not depend on them. */
const RELEASED_TOKENIZER = { model: { vq_model: {} }, dataset: { preprocessing: { crop_size: 256 } } };

/** Encoding, decoding and looking for codes with a trained tokenizer, several pictures at once. */
export async function benchmarkTokenizer(folder: string): Promise<BenchmarkRow[]> {
  const tokenizer = await ResTok.fromPretrained(folder);
  try {
    const rows = await onBothEngines(tokenizer, 'tokenizer', BATCHES, timeRow);
    return [...rows, await benchmarkRefinement(tokenizer)];
  } finally {
    tokenizer.dispose();
  }
}

/** Encoding and decoding one picture with the published size. Not on stock tfjs-wasm, which takes half a minute. */
export async function benchmarkReleasedTokenizer(): Promise<BenchmarkRow[]> {
  const tokenizer = new ResTok(RELEASED_TOKENIZER);
  try {
    loadRandomWeights(tokenizer);
    const name = `tokenizer, ${(tokenizer.numParameters / 1e6).toFixed(0)}M parameters`;
    return await onBothEngines(tokenizer, name, [1], async (row, run) => ({
      name: row,
      milliseconds: await medianTime(run),
    }));
  } finally {
    tokenizer.dispose();
  }
}

/** The search of `--refine 20`. Not on stock tfjs-wasm, which would take more than a minute. */
async function benchmarkRefinement(tokenizer: ResTok): Promise<BenchmarkRow> {
  const size = tokenizer.config.dataset.preprocessing.crop_size;
  const pixels = tf.tidy(() =>
    tf.reshape(tf.linspace(0, 1, REFINED * size * size * 3), [REFINED, size, size, 3]),
  );
  const milliseconds = await medianTime(async () => {
    const found = await refineCodes(tokenizer, pixels as tf.Tensor4D, { steps: STEPS });
    found.indices.dataSync();
    tf.dispose(found);
  });
  pixels.dispose();
  const row = { name: `looking for codes, ${REFINED} pictures, ${STEPS} steps`, milliseconds };
  return { ...row, picturesPerSecond: rate(row, REFINED) };
}

async function onBothEngines(
  tokenizer: ResTok,
  name: string,
  batches: readonly number[],
  time: (name: string, run: () => void) => Promise<BenchmarkRow>,
): Promise<BenchmarkRow[]> {
  const size = tokenizer.config.dataset.preprocessing.crop_size;
  const pictureValues = size * size * 3;
  const values = Float32Array.from(
    { length: pictureValues * Math.max(...batches) },
    (_, i) => (i % 251) / 250,
  );
  const rows: BenchmarkRow[] = [];
  for (const batch of batches) {
    const pixels = tf.tensor4d(values.subarray(0, batch * pictureValues), [batch, size, size, 3]);
    const { indices, codes } = tokenizer.encode(pixels);
    const count = batch === 1 ? 'one picture' : `${batch} pictures`;
    const encode = await time(`${name}, encode ${count}`, () => {
      const encoded = tokenizer.encode(pixels);
      encoded.indices.dataSync();
      tf.dispose(encoded);
    });
    const decode = await time(`${name}, decode ${count}`, () => {
      const decoded = tokenizer.decodeIndices(indices);
      decoded.dataSync();
      decoded.dispose();
    });
    tf.dispose([pixels, indices, codes]);
    rows.push(...[encode, decode].map((row) => ({ ...row, picturesPerSecond: rate(row, batch) })));
  }
  return withOnnxTimes(
    rows,
    (folder) => exportTokenizer(tokenizer, folder),
    async (folder) => {
      const onnx = await OnnxTokenizer.load(folder);
      try {
        const times: number[] = [];
        for (const batch of batches) {
          const pixels = values.slice(0, batch * pictureValues);
          const { indices } = await onnx.encode(pixels);
          times.push(await medianTime(async () => void (await onnx.encode(pixels))));
          times.push(await medianTime(async () => void (await onnx.decodeIndices(indices))));
        }
        return times;
      } finally {
        await onnx.dispose();
      }
    },
  );
}

function rate({ milliseconds }: BenchmarkRow, batch: number): number {
  return (1000 * batch) / milliseconds;
}
