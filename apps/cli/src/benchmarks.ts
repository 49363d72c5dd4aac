import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { ResTok } from '@restok/tokenizer';
import { Block, decoderPositions, RotaryPositions } from '@restok/vit';
import { shippedTokenizer } from './shipped-model';

/** One line of the table of speeds. */
export interface BenchmarkRow {
  readonly name: string;
  /** Median time of one run. */
  readonly milliseconds: number;
  /** How many times as fast as `against`, measured in the same run. */
  readonly ratio?: number;
  readonly against?: string;
}

/** The block of the released model: 384 tokens, width 1024, 16 heads. */
const BLOCK = { latents: 128, side: 16, width: 1024, heads: 16 };
const REPEATS = 5;

/** A ViT block forward and backward, on the native backend and on stock tfjs-wasm. */
export async function benchmarkBlock(): Promise<BenchmarkRow[]> {
  const block = new Block(BLOCK.width, BLOCK.heads);
  block.initialize(1);
  const positions = new RotaryPositions(
    decoderPositions(BLOCK.latents, { rows: BLOCK.side, columns: BLOCK.side }),
    BLOCK.width / BLOCK.heads,
    10000,
  );
  const x = tf.randomNormal<tf.Rank.R3>(
    [1, BLOCK.latents + BLOCK.side ** 2, BLOCK.width],
    0,
    1,
    'float32',
    1,
  );
  const forward = (input: Tensor): Tensor => block.forward(input as Tensor3D, { rotation: positions.table });
  const parameters = [...block.namedParameters()].map(([, parameter]) => parameter.value);
  const runs = {
    'ViT block forward': () => tf.tidy(() => void forward(x)),
    'ViT block forward and backward': () => {
      const loss = (): tf.Scalar => tf.tidy(() => tf.sum(forward(x)));
      const { value, grads } = tf.engine().gradients(loss, [x, ...parameters]);
      tf.dispose([value, ...grads]);
    },
  };
  const rows: BenchmarkRow[] = [];
  for (const [name, run] of Object.entries(runs)) {
    await tf.setBackend('restok-node');
    const native = median(run, REPEATS);
    await tf.setBackend('wasm');
    const stock = median(run, 1);
    rows.push({ name, milliseconds: native, ratio: stock / native, against: 'stock tfjs-wasm' });
  }
  await tf.setBackend('restok-node');
  block.dispose();
  positions.dispose();
  x.dispose();
  return rows;
}

/** The shipped tokenizer on one picture. */
export async function benchmarkTokenizer(): Promise<BenchmarkRow[]> {
  const tokenizer = await ResTok.fromPretrained(shippedTokenizer());
  const size = tokenizer.config.dataset.preprocessing.crop_size;
  const pixels = tf.randomUniform<tf.Rank.R4>([1, size, size, 3], 0, 1, 'float32', 1);
  const { indices, codes } = tokenizer.encode(pixels);
  const rows = [
    {
      name: 'shipped tokenizer, encode',
      milliseconds: median(() => tf.dispose(tokenizer.encode(pixels)), 9),
    },
    {
      name: 'shipped tokenizer, decode',
      milliseconds: median(() => tokenizer.decodeIndices(indices).dispose(), 9),
    },
  ];
  tf.dispose([pixels, indices, codes]);
  tokenizer.dispose();
  return rows;
}

/** Median milliseconds after one run that does not count. */
function median(run: () => void, repeats: number): number {
  run();
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)]!;
}
