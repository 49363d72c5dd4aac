import { readFile } from 'node:fs/promises';
import type { ConfigTree } from '@restok/core';
import { ConfigError, interpolateConfig, overrideConfig, parseRawConfig } from '@restok/core';
import type { RunObserver, TrainingResult } from '@restok/trainer';
import type { CommonOptions } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { stoppable } from '../stop-signals';
import { UsageError } from '../usage-error';
import { webGpuUnavailable } from '../use-backend';

export interface TrainOptions extends CommonOptions {
  readonly config: string;
}

/** What `restok train` trains. */
export const trainedKinds = ['tokenizer', 'generator'] as const;

export type TrainedKind = (typeof trainedKinds)[number];

/** What the reports and evaluations of both kinds may hold. */
interface AnyReport {
  readonly step: number;
  readonly reconstructionLoss?: number;
  readonly codebookUsage?: number;
  readonly loss?: number;
  readonly accuracy?: number;
  readonly levelLosses?: readonly number[];
  readonly psnr?: Readonly<Record<string, number>>;
}

/**
 * `restok train`: trains as a config says. A signal ends it after its current step, with a checkpoint from which the
 * same command goes on; a second signal ends it at once.
 */
export async function train(
  kind: TrainedKind,
  overrides: readonly string[],
  options: TrainOptions,
): Promise<void> {
  checkBackend(options);
  const malformed = overrides.find((override) => override.indexOf('=') < 1);
  if (malformed !== undefined) {
    throw new UsageError(
      `restok train: "${malformed}" must have the form key=value. Write for instance training.seed=7.`,
    );
  }
  const output = createOutput(options);
  const text = await readFile(options.config, 'utf8');
  const raw = interpolateConfig(overrideConfig(parseRawConfig(text, options.config), overrides));
  checkKind(kind, raw, options.config);
  let last: AnyReport | undefined;
  const observer: RunObserver<AnyReport, Omit<AnyReport, 'step'>> = {
    ...progressObserver(output.progress),
    onEvaluation: (evaluation) => {
      last = evaluation;
    },
  };
  await stoppable(
    async (signal) => {
      const result = await run(kind, raw, { observer, signal });
      output.result({ ...result, ...scoresOf(kind, last) }, [
        `step ${result.step}: ${result.model}`,
        ...(last === undefined ? [] : [scoreLine(last)]),
      ]);
    },
    { patience: Infinity },
  );
}

/** The trainer is large and only needed here. */
async function run(
  kind: TrainedKind,
  raw: ConfigTree,
  options: { observer: RunObserver<AnyReport, Omit<AnyReport, 'step'>>; signal: AbortSignal },
): Promise<TrainingResult> {
  const { runGeneratorTraining, runTokenizerTraining } = await import('@restok/trainer');
  return kind === 'generator' ? runGeneratorTraining(raw, options) : runTokenizerTraining(raw, options);
}

/** A generator's config may describe its tokenizer, too, so only one way round is a mistake for certain. */
function checkKind(kind: TrainedKind, { model }: ConfigTree, file: string): void {
  const hasGenerator = typeof model === 'object' && model !== null && 'generator' in model;
  if (hasGenerator !== (kind === 'generator')) {
    const other = hasGenerator ? 'generator' : 'tokenizer';
    throw new ConfigError(`restok train: ${file} is the config of a ${other}. Run: restok train ${other}`, [
      `model.generator is ${hasGenerator ? 'there' : 'missing'}`,
    ]);
  }
}

function scoresOf(kind: TrainedKind, last: AnyReport | undefined): object {
  return kind === 'tokenizer'
    ? { psnr: last?.psnr ?? null }
    : {
        loss: last?.loss ?? null,
        accuracy: last?.accuracy ?? null,
        levelLosses: last?.levelLosses ?? null,
      };
}

function scoreLine({ psnr, loss, accuracy, levelLosses }: AnyReport): string {
  if (psnr !== undefined) {
    const scores = Object.entries(psnr).map(([kept, value]) => `${kept}: ${value.toFixed(2)} dB`);
    return `test pictures by kept latents: ${scores.join(', ')}`;
  }
  const levels = (levelLosses ?? []).map((value) => value.toFixed(2)).join(', ');
  return `test codes: loss ${(loss ?? NaN).toFixed(4)} (by level ${levels}), ${((accuracy ?? NaN) * 100).toFixed(1)} % right`;
}

/** Training computes its gradients with the native backend only. */
function checkBackend({ backend }: TrainOptions): void {
  if (backend === 'webgpu') {
    throw webGpuUnavailable();
  }
  if (backend !== 'auto' && backend !== 'node') {
    throw new UsageError(
      `restok train: --backend must be auto or node, got ${backend}. Set training.gemm=wasm to train without native libraries.`,
    );
  }
}

function progressObserver(show: (text: string) => void): RunObserver<AnyReport, Omit<AnyReport, 'step'>> {
  let first = 0;
  let total = 0;
  let startedAt = performance.now();
  return {
    onStart: ({ startStep, maxSteps }) => {
      [first, total, startedAt] = [startStep, maxSteps, performance.now()];
      show(`from step ${startStep}`);
    },
    onStep: (report) => {
      const rate = rateText(report.step - first, total - first, startedAt, 'steps');
      show(`${rate}, ${numbersOf(report)}`);
    },
  };
}

function numbersOf({ reconstructionLoss, codebookUsage, loss, accuracy }: AnyReport): string {
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return [
    ...(reconstructionLoss === undefined ? [] : [`loss ${reconstructionLoss.toFixed(5)}`]),
    ...(codebookUsage === undefined ? [] : [`codebook ${percent(codebookUsage)}`]),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
    ...(accuracy === undefined ? [] : [`right ${percent(accuracy)}`]),
  ].join(', ');
}
