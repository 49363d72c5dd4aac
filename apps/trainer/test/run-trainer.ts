import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overrideConfig } from '@restok/core';
import { writePng } from '@restok/data';
import { tinyTraining } from '@restok/testing';
import { afterAll, beforeAll } from 'vitest';

const program = fileURLToPath(new URL('../dist/restok-trainer.js', import.meta.url));
const NUM_PICTURES = 5;
const SIDE = 16;

/**
 * A step takes some milliseconds; products are made by one thread, so that runs give the same bits. One thread decodes:
 * each takes longer to start than the pictures.
 */
const config = overrideConfig(tinyTraining(), [
  ...['save_every=3', 'log_every=1', 'generate_every=1000', 'eval_every=1000'].map(
    (key) => `experiment.${key}`,
  ),
  'dataset.params.num_workers_per_gpu=1',
  'dataset.preprocessing.random_crop=True',
  'dataset.preprocessing.random_flip=True',
  'lr_scheduler.scheduler=cosine',
  'lr_scheduler.params.warmup_steps=2',
  ...['gemm=wasm', 'unquantized_steps=4', 'code_revival_steps=3'].map((key) => `training.${key}`),
]);

/** A line of `--json`. */
export interface TrainerEvent {
  readonly event: 'start' | 'step' | 'evaluation' | 'save';
  readonly step: number;
  readonly startStep: number;
  readonly totalLoss: number;
  /** Of a generator. */
  readonly loss: number;
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
    await writeFile(at('config.json'), JSON.stringify(config));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    at,
    run: (output, ...args) =>
      startTrainer([
        '--config',
        at('config.json'),
        `experiment.output_dir=${at(output)}`,
        `dataset.params.train_shards_path_or_url=${at('pictures')}`,
        ...args,
      ]),
  };
}

/** Starts the built trainer. */
export function startTrainer(args: readonly string[]): TrainerProcess {
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
