import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePng } from '@restok/data';
import { afterAll, beforeAll } from 'vitest';

const program = fileURLToPath(new URL('../dist/restok-trainer.js', import.meta.url));
const vit = { width: 16, layers: 2, heads: 2 };
const NUM_PICTURES = 5;
const SIDE = 16;

/** Trains a step in some milliseconds; one thread, so that runs give the same bits. */
const tinyConfig = {
  experiment: { save_every: 3, log_every: 1, generate_every: 1000, eval_every: 1000 },
  model: {
    vq_model: {
      codebook_size: 16,
      token_size: 4,
      num_latent_tokens: 4,
      num_min_tokens: 1,
      vit_enc_model_size: vit,
      vit_dec_model_size: vit,
      vit_enc_patch_size: 4,
      vit_dec_patch_size: 4,
      hierarchy_stages: 2,
      is_legacy: false,
      pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 },
    },
  },
  dataset: { preprocessing: { crop_size: 8, random_crop: true, random_flip: true } },
  optimizer: { params: { learning_rate: 1e-3 } },
  lr_scheduler: { scheduler: 'cosine', params: { warmup_steps: 2 } },
  training: { per_gpu_batch_size: 2, seed: 1, gemm: 'wasm', unquantized_steps: 4, code_revival_steps: 3 },
};

/** A line of `--json`. */
export interface TrainerEvent {
  readonly event: 'start' | 'step' | 'evaluation' | 'save';
  readonly step: number;
  readonly startStep: number;
  readonly totalLoss: number;
  readonly path: string;
  readonly skipped: readonly unknown[];
  readonly workers: readonly number[];
}

/** A trainer in a process of its own. */
export interface TrainerProcess {
  readonly child: ChildProcess;
  readonly events: readonly TrainerEvent[];
  /** Waits for the next event of a kind, or for the end. */
  next(kind: TrainerEvent['event']): Promise<void>;
  /** Waits for the end. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** A temporary folder with five pictures of 16 x 16 and a config, and a way to run the built trainer there. */
export function trainerFolder(): {
  at(...names: string[]): string;
  run(output: string, ...args: string[]): TrainerProcess;
} {
  let folder = '';
  const at = (...names: string[]): string => join(folder, ...names);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restok-trainer-test-'));
    for (let picture = 0; picture < NUM_PICTURES; picture++) {
      const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * (picture + 1) * 7) % 256);
      await writePng(at('pictures', `${picture}.png`), { width: SIDE, height: SIDE, pixels });
    }
    await writeFile(at('config.json'), JSON.stringify(tinyConfig));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    at,
    run: (output, ...args) =>
      start([
        '--config',
        at('config.json'),
        `experiment.output_dir=${at(output)}`,
        `dataset.params.train_shards_path_or_url=${at('pictures')}`,
        ...args,
      ]),
  };
}

function start(args: readonly string[]): TrainerProcess {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const events: TrainerEvent[] = [];
  const [texts, waiting]: [{ stdout: string; stderr: string }, (() => void)[]] = [
    { stdout: '', stderr: '' },
    [],
  ];
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    texts.stdout += piece;
    const lines = texts.stdout.split('\n').slice(0, -1);
    for (const line of lines.slice(seen).filter((text) => text.startsWith('{'))) {
      events.push(JSON.parse(line) as TrainerEvent);
    }
    seen = lines.length;
    waiting.splice(0).forEach((wake) => wake());
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (texts.stderr += piece));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    waiting.splice(0).forEach((wake) => wake());
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, ...texts };
  });
  const count = (kind: TrainerEvent['event']): number => events.filter(({ event }) => event === kind).length;
  return {
    child,
    events,
    ended,
    next: async (kind) => {
      const before = count(kind);
      while (count(kind) === before && child.exitCode === null && child.signalCode === null) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** Losses by step. */
export function lossesOf(events: readonly TrainerEvent[]): Map<number, number> {
  const steps = events.filter(({ event }) => event === 'step');
  return new Map(steps.map(({ step, totalLoss }) => [step, totalLoss]));
}
