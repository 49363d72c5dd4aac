import { readFile } from 'node:fs/promises';
import { interpolateConfig, overrideConfig, parseRawConfig } from '@restok/core';
import type { TrainingObserver } from '@restok/trainer';
import type { CommonOptions } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { stoppable } from '../stop-signals';
import { UsageError } from '../usage-error';
import { webGpuUnavailable } from '../use-backend';

export interface TrainOptions extends CommonOptions {
  readonly config: string;
}

/**
 * `restok train tokenizer`: trains as a config says. A signal ends it after its current step, with a checkpoint
 * from which the same command goes on; a second signal ends it at once.
 */
export async function trainTokenizer(overrides: readonly string[], options: TrainOptions): Promise<void> {
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
  // The trainer is large and only needed here.
  const { runTokenizerTraining } = await import('@restok/trainer');
  let psnr: Readonly<Record<number, number>> | undefined;
  const observer: TrainingObserver = {
    ...progressObserver(output.progress),
    onEvaluation: (evaluation) => {
      psnr = evaluation.psnr;
    },
  };
  await stoppable(
    async (signal) => {
      const result = await runTokenizerTraining(raw, { observer, signal });
      const scores = Object.entries(psnr ?? {}).map(([kept, value]) => `${kept}: ${value.toFixed(2)} dB`);
      output.result({ ...result, psnr: psnr ?? null }, [
        `step ${result.step}: ${result.model}`,
        ...(scores.length === 0 ? [] : [`test pictures by kept latents: ${scores.join(', ')}`]),
      ]);
    },
    { patience: Infinity },
  );
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

function progressObserver(show: (text: string) => void): TrainingObserver {
  let first = 0;
  let total = 0;
  let startedAt = performance.now();
  return {
    onStart: ({ startStep, maxSteps }) => {
      [first, total, startedAt] = [startStep, maxSteps, performance.now()];
      show(`from step ${startStep}`);
    },
    onStep: ({ step, reconstructionLoss, codebookUsage }) => {
      const rate = rateText(step - first, total - first, startedAt, 'steps');
      show(`${rate}, loss ${reconstructionLoss.toFixed(5)}, codebook ${(codebookUsage * 100).toFixed(0)} %`);
    },
  };
}
