import { readFile } from 'node:fs/promises';
import { ConfigError, interpolateConfig, overrideConfig, parseRawConfig } from '@restok/core';
import type { RunObserver, TrainingReport } from '@restok/trainer';
import { createOutput, rateText } from '../output';
import { stoppable } from '../stop-signals';
import { UsageError } from '../usage-error';
import { webGpuUnavailable } from '../use-backend';
import type { TrainedKind, TrainOptions } from './train-start';
import { startOf } from './train-start';

type Observer = RunObserver<TrainingReport, Omit<TrainingReport, 'step'>>;

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
  const start = startOf(kind, options);
  // The trainer is large and only needed here.
  const trainer = await import('@restok/trainer');
  const written =
    'config' in start
      ? parseRawConfig(await readFile(start.config, 'utf8'), start.config)
      : await trainer[kind === 'generator' ? 'generatorFineTuning' : 'tokenizerFineTuning'](start);
  const raw = interpolateConfig(overrideConfig(written, overrides));
  checkKind(kind, trainer.isGeneratorConfig(raw), options.config ?? 'the config');
  const run = kind === 'generator' ? trainer.runGeneratorTraining : trainer.runTokenizerTraining;
  const dashboard = await trainer.dashboardOfRun(raw, portOf(options, trainer.parsePort));
  if (dashboard !== undefined) {
    process.stderr.write(`dashboard: ${dashboard.url}\n`);
  }
  let last: TrainingReport | undefined;
  const progress: Observer = {
    ...progressObserver(output.progress, trainer.trainingNumbers),
    onEvaluation: (evaluation) => {
      last = evaluation;
    },
  };
  const observer = trainer.bothObservers(progress, dashboard?.observer);
  await stoppable(
    async (signal) => {
      const result = await run(raw, { observer, signal }).finally(() => dashboard?.close());
      output.result({ ...result, ...scoresOf(kind, last) }, [
        `step ${result.step}: ${result.model}`,
        ...(last === undefined ? [] : [scoreLine(last)]),
      ]);
    },
    { patience: Infinity },
  );
}

function portOf({ dashboard }: TrainOptions, parse: (text: string) => number): number | true | undefined {
  try {
    return typeof dashboard === 'string' ? parse(dashboard) : dashboard;
  } catch (error) {
    throw new UsageError(`restok train: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkKind(kind: TrainedKind, isGenerator: boolean, file: string): void {
  if (isGenerator !== (kind === 'generator')) {
    const other = isGenerator ? 'generator' : 'tokenizer';
    throw new ConfigError(`restok train: ${file} is the config of a ${other}. Run: restok train ${other}`, [
      `model.generator is ${isGenerator ? 'there' : 'missing'}`,
    ]);
  }
}

function scoresOf(kind: TrainedKind, last: TrainingReport | undefined): object {
  return kind === 'tokenizer'
    ? { psnr: last?.psnr ?? null }
    : {
        loss: last?.loss ?? null,
        accuracy: last?.accuracy ?? null,
        levelLosses: last?.levelLosses ?? null,
      };
}

function scoreLine({ psnr, loss, accuracy, levelLosses }: TrainingReport): string {
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

function progressObserver(
  show: (text: string) => void,
  numbersOf: (report: TrainingReport) => string[],
): Observer {
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
      show([rate, ...numbersOf(report)].join(', '));
    },
  };
}
