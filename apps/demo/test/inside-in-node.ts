import '@tensorflow/tfjs-backend-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, keep, setBackend, tensor2d, tensor3d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { evaluationCrop, fromUnitRange, readPicture, toUnitRange } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import { inject } from 'vitest';

/** The side of the shipped model's pictures, its latents, and the cells of its grid. */
const SIDE = 64;
const LATENTS = 64;
const CELLS = 64;

async function shippedTokenizer(): Promise<ResTok> {
  await setBackend('wasm');
  return ResTok.fromPretrained(`${inject('modelsFolder')}/emoji-64/tokenizer`);
}

async function pixelsOf(sample: string) {
  const picture = await readPicture(`${inject('modelsFolder')}/emoji-64/samples/${sample}`);
  return tensor4d(toUnitRange(evaluationCrop(picture, SIDE)), [1, SIDE, SIDE, 3]);
}

/**
 * Pictures that Node decodes of a sample whose latents in `hidden` are the mask token.
 *
 * @returns 8-bit pixels, RGB, of one picture for each list of latents.
 */
export async function hiddenInNode(sample: string, hidden: readonly (readonly number[])[]) {
  const tokenizer = await shippedTokenizer();
  const pixels = await pixelsOf(sample);
  const { indices, codes } = tokenizer.encode(pixels);
  const token = new Map(tokenizer.namedParameters()).get('decoder.latent_mask_token')!.value;
  const maskToken = await token.data();
  const whole = await codes.data();
  const width = maskToken.length;
  const pictures: number[][] = [];
  for (const latents of hidden) {
    const values = Float32Array.from(whole);
    latents.forEach((latent) => values.set(maskToken, latent * width));
    const masked = tensor3d(values, [1, LATENTS, width]);
    const output = tokenizer.decode(masked);
    pictures.push([...fromUnitRange(await output.data(), SIDE, SIDE).pixels]);
    dispose([masked, output]);
  }
  dispose([pixels, indices, codes]);
  tokenizer.dispose();
  return pictures;
}

/**
 * Attention of one head of an encoder layer in Node.
 *
 * @returns for each latent its weights over the whole sequence, `[T]`, of which the image tokens are the 64 values
 *   before the last 64.
 */
export async function attentionInNode(sample: string, layer: number, head: number) {
  const tokenizer = await shippedTokenizer();
  const pixels = await pixelsOf(sample);
  const found: Tensor[] = [];
  tidy(() => {
    const stage = (name: string, value: unknown): void => {
      if (name === `encoder.attn_heads.${layer}`) {
        found.push(keep(value as Tensor));
      }
    };
    tokenizer.encode(pixels, { observer: { attentionHeads: true, stage } });
  });
  const [weights] = found;
  const length = weights!.shape[2]!;
  const values = await weights!.data(); // [1, H, T, T]
  const rows = Array.from({ length: LATENTS }, (_, latent) => {
    const start = (head * length + length - LATENTS + latent) * length;
    return [...values.slice(start, start + length)];
  });
  dispose([pixels, weights!]);
  tokenizer.dispose();
  return rows.map((row) => ({ row, cells: row.slice(length - LATENTS - CELLS, length - LATENTS) }));
}

/** Pixels of the picture that Node decodes of one code as the only latent. */
export async function singleCodeInNode(code: number, model: string) {
  await setBackend('wasm');
  const tokenizer = await ResTok.fromPretrained(`${inject('modelsFolder')}/${model}/tokenizer`);
  const side = tokenizer.config.dataset.preprocessing.crop_size;
  const { numLatents } = tokenizer;
  const rows = tensor2d(new Int32Array(numLatents).fill(code), [1, numLatents], 'int32');
  const output = tokenizer.decodeIndices(rows, { numKept: 1 });
  const { pixels } = fromUnitRange(await output.data(), side, side);
  dispose([rows, output]);
  tokenizer.dispose();
  return [...pixels];
}
