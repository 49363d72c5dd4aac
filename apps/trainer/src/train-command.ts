import { readFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import { interpolateConfig, overrideConfig, parseRawConfig } from '@restok/core';
import { bothObservers } from './dashboard/both-observers';
import { dashboardOfRun } from './dashboard/dashboard-of-run';
import { runGeneratorTraining } from './run-generator-training';
import { runTokenizerTraining } from './run-tokenizer-training';
import type { TrainingReport } from './training-report';
import { isGeneratorConfig, trainingNumbers } from './training-report';
import type { RunObserver } from './run-observer';
import type { TrainingResult } from './training-run';

export interface TrainCommandOptions {
  readonly config: string;
  /** key=value texts. */
  readonly overrides: readonly string[];
  /** One JSON object a line on standard output instead of a progress bar. */
  readonly json: boolean;
  /** Serves a page about the run on this machine: on this port, or `true` for the next free one. */
  readonly dashboard?: number | true;
}

/**
 * Trains what a config is for: a generator when it has a `model.generator`, otherwise a tokenizer. Shows progress,
 * saves and stops on SIGINT or SIGTERM.
 *
 * @throws ConfigError, DataError or NonFiniteError in one line.
 */
export async function trainCommand(options: TrainCommandOptions): Promise<TrainingResult> {
  const text = await readFile(options.config, 'utf8');
  const raw = interpolateConfig(overrideConfig(parseRawConfig(text, options.config), options.overrides));
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const dashboard = await dashboardOfRun(raw, options.dashboard);
  if (dashboard !== undefined) {
    process.stderr.write(`dashboard: ${dashboard.url}\n`);
  }
  const watcher = options.json ? jsonWatcher() : progressWatcher();
  try {
    const observer = bothObservers(watcher.observer, dashboard?.observer);
    const run = { observer, signal: stopping.signal };
    return await (isGeneratorConfig(raw) ? runGeneratorTraining(raw, run) : runTokenizerTraining(raw, run));
  } finally {
    watcher.end();
    await dashboard?.close();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

interface Watcher {
  readonly observer: RunObserver<TrainingReport, Omit<TrainingReport, 'step'>>;
  end(): void;
}

function jsonWatcher(): Watcher {
  const print = (event: string, data: object): void => {
    process.stdout.write(`${JSON.stringify({ event, ...data })}\n`);
  };
  return {
    observer: {
      onStart: (info) => print('start', info),
      onStep: (report) => print('step', report),
      onEvaluation: (evaluation) => print('evaluation', evaluation),
      onSave: (path) => print('save', { path }),
    },
    end: () => undefined,
  };
}

/** Milliseconds between two lines where there is no terminal. */
const LINE_EVERY = 10_000;

/** A bar where there is a terminal, otherwise a line now and then. */
function progressWatcher(): Watcher {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const bar = new SingleBar({
    format: '{bar} {value}/{total} | {rate} pictures/s | left {eta_formatted} | {numbers}',
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 50,
  });
  const isTerminal = process.stderr.isTTY;
  let lastLine = -Infinity;
  return {
    observer: {
      onStart: ({ backend, startStep, maxSteps, numParameters, skipped }) => {
        skipped.forEach(({ path, problem }) => say(`passed over ${path}: ${problem}`));
        say(
          `${(numParameters / 1e6).toFixed(2)}M parameters, ${backend.gemm} (${backend.library}), from step ${startStep}`,
        );
        if (isTerminal) {
          bar.start(maxSteps, startStep);
        }
      },
      onStep: (report) => {
        const shown = {
          rate: report.picturesPerSecond.toFixed(1),
          numbers: trainingNumbers(report).join(' | '),
        };
        if (isTerminal) {
          bar.update(report.step, shown);
        } else if (performance.now() - lastLine > LINE_EVERY) {
          lastLine = performance.now();
          say(`step ${report.step} | ${shown.rate} pictures/s | ${shown.numbers}`);
        }
      },
      onEvaluation: (evaluation) => {
        say(
          `${isTerminal ? '\n' : ''}step ${evaluation.step} | test ${trainingNumbers(evaluation).join(' | ')}`,
        );
      },
    },
    end: () => {
      if (isTerminal) {
        bar.stop();
      }
    },
  };
}
