import { readFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import { interpolateConfig, overrideConfig, parseRawConfig } from '@restok/core';
import type { TrainingObserver, TrainingResult } from './run-tokenizer-training';
import { runTokenizerTraining } from './run-tokenizer-training';

export interface TrainCommandOptions {
  readonly config: string;
  /** key=value texts. */
  readonly overrides: readonly string[];
  /** One JSON object a line on standard output instead of a progress bar. */
  readonly json: boolean;
}

/**
 * `restok train tokenizer`: reads the config, shows progress, saves and stops on SIGINT or SIGTERM.
 *
 * @throws ConfigError, DataError or NonFiniteError in one line.
 */
export async function trainTokenizerCommand(options: TrainCommandOptions): Promise<TrainingResult> {
  const text = await readFile(options.config, 'utf8');
  const raw = interpolateConfig(overrideConfig(parseRawConfig(text, options.config), options.overrides));
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const watcher = options.json ? jsonWatcher() : progressWatcher();
  try {
    return await runTokenizerTraining(raw, { observer: watcher.observer, signal: stopping.signal });
  } finally {
    watcher.end();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

interface Watcher {
  readonly observer: TrainingObserver;
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
    format:
      '{bar} {value}/{total} | {rate} pictures/s | left {eta_formatted} | loss {loss} | codebook {usage}',
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
          loss: report.reconstructionLoss.toFixed(5),
          usage: `${(report.codebookUsage * 100).toFixed(0)} %`,
        };
        if (isTerminal) {
          bar.update(report.step, shown);
        } else if (performance.now() - lastLine > LINE_EVERY) {
          lastLine = performance.now();
          say(
            `step ${report.step} | ${shown.rate} pictures/s | loss ${shown.loss} | codebook ${shown.usage}`,
          );
        }
      },
      onEvaluation: ({ step, psnr, codebookUsage }) => {
        const values = Object.entries(psnr).map(([kept, value]) => `${kept}: ${value.toFixed(2)} dB`);
        say(
          `${isTerminal ? '\n' : ''}step ${step} | test ${values.join(', ')} | codebook ${(codebookUsage * 100).toFixed(0)} %`,
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
