import type { Tensor3D } from '@tensorflow/tfjs-core';
import { add, fill, randomNormal, tidy } from '@tensorflow/tfjs-core';
import { countDispatches } from '@restok/backend-webgpu';
import { Generator, harLayout } from '@restok/generator';
import type { Module } from '@restok/ops';
import { Block, decoderPositions, RotaryPositions } from '@restok/vit';
import type { BlockSize } from './benchmark-block';
import { plainBlock } from './plain-block';
import type { Check } from './shipped-model-check';

/** Dispatches of one transformer block, forward. */
export interface BlockDispatches {
  /** With the kernels of the WebGPU backend. */
  readonly fused: number;
  /** The same block with operations of TensorFlow.js alone. */
  readonly plain: number;
}

/** What one transformer block sends to the GPU, forward. */
export interface Dispatches {
  /** The ViT block of the tokenizer. */
  readonly tokenizer: BlockDispatches;
  /** The generator's block, with its cache. */
  readonly generator: BlockDispatches;
  /** {@link plainBlock}: no biases, gains, rotation, layer scale or normalised queries and keys. */
  readonly writtenByHand: number;
}

/** The most that a block may send. */
const MAX_DISPATCHES = 12;

/** Small, so that an emulated card builds and runs it in a second or two. */
const SIZE: BlockSize = { latents: 8, side: 4, width: 64, heads: 4 };
const GENERATOR = { n_head: 4, dim: 64, vocab_size: 16, block_size: 16, num_classes: 2, har: true, ar_token_num: 1, spe_token_num: 15 } as const; // prettier-ignore

/** A computation to run again and again, and what frees its tensors. */
interface Computation {
  readonly run: () => void;
  readonly dispose: () => void;
}

/**
 * Counts on the WebGPU backend, which must be current.
 *
 * @throws BackendUnavailableError when it does not run.
 */
export async function countBlockDispatches(): Promise<Dispatches> {
  const written = plainBlock(SIZE);
  try {
    const [one, two] = [await countBoth(lastPass(1)), await countBoth(lastPass(2))];
    return {
      tokenizer: await countBoth(tokenizerBlock()),
      generator: { fused: two.fused - one.fused, plain: two.plain - one.plain },
      writtenByHand: await countDispatches(written.forward, { kernels: 'plain' }),
    };
  } finally {
    written.dispose();
  }
}

/** The numbers for people, right when no block sends too many. */
export function describeDispatches({ tokenizer, generator, writtenByHand }: Dispatches): Check {
  const both = ({ fused, plain }: BlockDispatches): string => `${fused} (plain TensorFlow.js: ${plain})`;
  return {
    name: 'dispatches per transformer block',
    ok: [tokenizer, generator].every(({ fused }) => fused > 0 && fused <= MAX_DISPATCHES),
    detail: `tokenizer ${both(tokenizer)}, generator ${both(generator)}, at most ${MAX_DISPATCHES}; bare block of plain TensorFlow.js: ${writtenByHand}`,
  };
}

async function countBoth({ run, dispose }: Computation): Promise<BlockDispatches> {
  try {
    return { fused: await countDispatches(run), plain: await countDispatches(run, { kernels: 'plain' }) };
  } finally {
    dispose();
  }
}

/**
 * Puts the parameters of a model on the GPU, where training leaves them: small tensors that are in memory alone are
 * computed with there, without a dispatch.
 */
function upload(model: Module): void {
  for (const [, { value }] of model.namedParameters()) {
    tidy(() => void add(value, fill(value.shape, 0)));
  }
}

function tokenizerBlock(): Computation {
  const { latents, side, width, heads } = SIZE;
  const block = new Block(width, heads);
  block.initialize(1);
  upload(block);
  const grid = { rows: side, columns: side };
  const positions = new RotaryPositions(decoderPositions(latents, grid), width / heads, 10000);
  const x = randomNormal([1, latents + side ** 2, width], 0, 1, 'float32', 1) as Tensor3D;
  return {
    run: () => block.forward(x, { rotation: positions.table }).dispose(),
    dispose: () => {
      block.dispose();
      positions.dispose();
      x.dispose();
    },
  };
}

/** The last pass of a generator of so many blocks: those of two less those of one are those of a block. */
function lastPass(numLayers: number): Computation {
  const generator = new Generator({ ...GENERATOR, n_layer: numLayers }, { seed: 1 });
  upload(generator);
  const cache = generator.newCache(1);
  const { inputs, visibleKeys, passes } = harLayout(GENERATOR.block_size, GENERATOR.ar_token_num);
  const { position } = passes.at(-1)!;
  const segment = { inputs: inputs.slice(position), position, visibleKeys: visibleKeys.slice(position) };
  const known = { labels: [0], latents: new Int32Array(GENERATOR.block_size), stride: GENERATOR.block_size };
  return {
    run: () => generator.advance(segment, known, cache).dispose(),
    dispose: () => {
      generator.dispose();
      cache.dispose();
    },
  };
}
