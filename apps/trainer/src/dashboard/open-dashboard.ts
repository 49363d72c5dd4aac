import { once } from 'node:events';
import { basename, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DashboardAnswer } from '../dashboard-worker';
import type { TrainingReport } from '../training-report';
import type { RunObserver } from '../run-observer';
import type { RunStatus } from './dashboard-server';

/** A page about a run, served on this machine only. */
export interface Dashboard {
  readonly url: string;
  /** Tells the page how far a run is. */
  readonly observer: RunObserver<TrainingReport, Omit<TrainingReport, 'step'>>;
  close(): Promise<void>;
}

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 500;

/**
 * Serves a page that shows a run, in a thread of its own: curves of its log, its samples and, while an observer is
 * told, its progress. A run that is over, or has not begun, is shown as well.
 *
 * @param folder of the run, `experiment.output_dir`.
 * @param options `port` is the next free one from 6116 on when absent.
 * @returns owned by the caller, who closes it.
 * @throws Error in one line when the port is in use.
 */
export async function openDashboard(
  folder: string,
  options: { readonly port?: number } = {},
): Promise<Dashboard> {
  const title = basename(resolve(folder));
  const workerData = { folder: resolve(folder), title, port: options.port };
  const worker = new Worker(new URL('./dashboard-worker.js', import.meta.url), { workerData });
  const [answer] = (await once(worker, 'message')) as [DashboardAnswer];
  if ('error' in answer) {
    await worker.terminate();
    throw new Error(answer.error);
  }
  return {
    url: answer.url,
    observer: progressObserver((status) => worker.postMessage(status)),
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Progress, a few times a second at most. */
function progressObserver(report: (status: Partial<RunStatus>) => void): Dashboard['observer'] {
  let [first, total, startedAt, reportedAt] = [0, 0, 0, -Infinity];
  return {
    onStart: ({ startStep, maxSteps, numParameters }) => {
      [first, total, startedAt] = [startStep, maxSteps, performance.now()];
      report({ step: startStep, startStep, maxSteps, numParameters });
    },
    onStep: ({ step, picturesPerSecond }) => {
      const now = performance.now();
      if (now - reportedAt > REPORT_EVERY || step === total) {
        reportedAt = now;
        const secondsLeft = ((now - startedAt) / 1000 / (step - first)) * (total - step);
        report({ step, picturesPerSecond, secondsLeft });
      }
    },
  };
}
