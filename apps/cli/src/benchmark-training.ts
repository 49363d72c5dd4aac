import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigTree } from '@restok/core';
import { writePng } from '@restok/data';
import { runTokenizerTraining } from '@restok/trainer';
import type { BenchmarkRow } from './timing';

/** Sizes of the tokenizer whose training step is timed. */
export interface TrainingSize {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly batch: number;
  /** Processes that share a step. */
  readonly workers: number;
  /** Threads of each that read and decode pictures; with 0 the process does so itself. */
  readonly decodingThreads: number;
  /** Steps that count; one more runs before them. */
  readonly steps: number;
}

/** 5.5M parameters on 64 x 64 pictures in patches of 8: 64 image tokens, 64 latents; ViTs and hardly any CNN. */
export const SMALL_TRAINING: TrainingSize = {
  width: 192,
  layers: 6,
  heads: 3,
  batch: 16,
  workers: 2,
  decodingThreads: 1,
  steps: 7,
};

const SIDE = 64;

/** Whole steps of the trainer: reading, forward, backward, clipping, AdamW, moving average. */
export async function benchmarkTrainingStep(size: TrainingSize): Promise<BenchmarkRow> {
  const folder = await mkdtemp(join(tmpdir(), 'restok-bench-'));
  try {
    await writePictures(join(folder, 'pictures'), size.batch);
    const milliseconds: number[] = [];
    let numParameters = 0;
    const finished = new AbortController();
    await runTokenizerTraining(trainingConfig(size, folder), {
      observer: {
        onStart: (info) => {
          numParameters = info.numParameters;
        },
        onStep: ({ picturesPerSecond }) => {
          milliseconds.push((size.batch / picturesPerSecond) * 1000);
          if (milliseconds.length > size.steps) {
            finished.abort();
          }
        },
      },
      signal: finished.signal,
    });
    const [, ...counted] = milliseconds;
    const millions = (numParameters / 1e6).toFixed(2);
    return {
      name: `training step, ${millions}M parameters, batch ${size.batch}, processes: ${size.workers}`,
      milliseconds: counted.sort((a, b) => a - b)[Math.floor(counted.length / 2)]!,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function trainingConfig(size: TrainingSize, folder: string): ConfigTree {
  const { width, layers, heads, batch, workers, decodingThreads } = size;
  return {
    experiment: { output_dir: join(folder, 'run'), generate_every: 1_000_000, eval_every: 1_000_000 },
    model: {
      vq_model: {
        codebook_size: 1024,
        vit_enc_model_size: { width, layers, heads },
        vit_dec_model_size: { width, layers, heads },
        vit_enc_patch_size: 8,
        vit_dec_patch_size: 8,
        num_latent_tokens: 64,
        hierarchy_stages: 3,
        vae_encoder: false,
        is_legacy: false,
        pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1, 1], num_res_blocks: 0, z_channels: 64 },
      },
    },
    dataset: {
      params: {
        train_shards_path_or_url: join(folder, 'pictures'),
        num_workers_per_gpu: decodingThreads,
      },
      preprocessing: { crop_size: SIDE },
    },
    optimizer: { params: {} },
    lr_scheduler: { params: { warmup_steps: 1 } },
    training: {
      per_gpu_batch_size: batch / workers,
      gradient_accumulation_steps: workers,
      workers,
      use_ema: true,
      max_train_steps: 1_000_000,
      initialization: 'variancePreserving',
    },
  };
}

/** Ramps, to have something on disk to read. */
async function writePictures(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => (at + i) % 256);
    await writePng(join(folder, `${i}.png`), { width: SIDE, height: SIDE, pixels });
  }
}
