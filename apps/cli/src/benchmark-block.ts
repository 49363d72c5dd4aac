import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { Block, decoderPositions, RotaryPositions } from '@restok/vit';
import { plainBlock } from './plain-block';
import type { BenchmarkRow } from './timing';
import { medianTime, onStock, STOCK_NAME, timeRow } from './timing';

/** Sizes of the ViT block that is timed. */
export interface BlockSize {
  readonly latents: number;
  /** Rows and columns of the image tokens. */
  readonly side: number;
  readonly width: number;
  readonly heads: number;
}

/** The block of the released model: 384 tokens, width 1024, 16 heads. */
export const RELEASED_BLOCK: BlockSize = { latents: 128, side: 16, width: 1024, heads: 16 };

/** A ViT block forward and backward. */
export async function benchmarkBlock(size: BlockSize): Promise<BenchmarkRow[]> {
  const block = new Block(size.width, size.heads);
  block.initialize(1);
  const grid = { rows: size.side, columns: size.side };
  const positions = new RotaryPositions(decoderPositions(size.latents, grid), size.width / size.heads, 10000);
  const x = tf.randomNormal([1, size.latents + size.side ** 2, size.width], 0, 1, 'float32', 1) as Tensor3D;
  const forward = (input: Tensor): Tensor => block.forward(input as Tensor3D, { rotation: positions.table });
  const parameters = [...block.namedParameters()].map(([, parameter]) => parameter.value);
  try {
    const forwardRow = await timeRow('ViT block, forward', () => tf.tidy(() => void forward(x).dataSync()));
    const row = await timeRow('ViT block, forward and backward', () => {
      const loss = (): tf.Scalar => tf.tidy(() => tf.sum(forward(x)));
      const { value, grads } = tf.engine().gradients(loss, [x, ...parameters]);
      grads.forEach((gradient) => gradient.dataSync());
      tf.dispose([value, ...grads]);
    });
    const { milliseconds } = row;
    const ratio = (await plainTime(size)) / milliseconds;
    return [
      forwardRow,
      row,
      { name: row.name, milliseconds, ratio, against: `plain operations, ${STOCK_NAME}` },
    ];
  } finally {
    block.dispose();
    positions.dispose();
    x.dispose();
  }
}

/** Milliseconds of the block of plain operations on stock tfjs-wasm. */
function plainTime(size: BlockSize): Promise<number> {
  return onStock(async () => {
    const plain = plainBlock(size);
    try {
      return await medianTime(plain.run);
    } finally {
      plain.dispose();
    }
  });
}
