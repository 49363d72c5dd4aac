import type { PictureDataset } from '@restok/data';
import { parseTokenizerTrainingConfig, TokenizerTrainer } from '@restok/training';
import type { BenchmarkRow } from './benchmarks';

/** Sizes of the tokenizer whose training step is timed. */
export interface TrainingSize {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly batch: number;
  /** Steps that count; one more runs before them. */
  readonly steps: number;
}

/** 5.5M parameters on 64 x 64 pictures in patches of 8: 64 image tokens, 64 latents. */
export const SMALL_TRAINING: TrainingSize = { width: 192, layers: 6, heads: 3, batch: 16, steps: 5 };

const SIDE = 64;

/** A whole optimizer step: forward, backward, clipping, AdamW, moving average. */
export async function benchmarkTrainingStep(size: TrainingSize): Promise<BenchmarkRow> {
  const trainer = new TokenizerTrainer(trainingConfig(size), greyPictures(size.batch));
  try {
    await trainer.next();
    const times: number[] = [];
    for (let i = 0; i < size.steps; i++) {
      const start = performance.now();
      await trainer.next();
      times.push(performance.now() - start);
    }
    const millions = (trainer.tokenizer.numParameters / 1e6).toFixed(2);
    return {
      name: `training step, ${millions}M parameters, batch ${size.batch}`,
      milliseconds: times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!,
    };
  } finally {
    trainer.dispose();
  }
}

function trainingConfig({
  width,
  layers,
  heads,
  batch,
}: TrainingSize): ReturnType<typeof parseTokenizerTrainingConfig> {
  return parseTokenizerTrainingConfig({
    experiment: { output_dir: 'unused' },
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
        pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1, 1], num_res_blocks: 1, z_channels: 32 },
      },
    },
    dataset: { params: { train_shards_path_or_url: 'unused' }, preprocessing: { crop_size: SIDE } },
    optimizer: { params: {} },
    lr_scheduler: { params: { warmup_steps: 1 } },
    training: {
      per_gpu_batch_size: batch,
      max_train_steps: 1000,
      max_grad_norm: 10,
      initialization: 'variancePreserving',
    },
  });
}

/** Pictures that cost nothing to read. */
function greyPictures(count: number): PictureDataset {
  return {
    size: SIDE,
    count,
    classNames: ['grey'],
    label: () => 0,
    name: (index) => String(index),
    read: (indices) => Promise.resolve(new Float32Array(indices.length * SIDE * SIDE * 3).fill(0.5)),
  };
}
