import { parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type { DashboardServerOptions, RunStatus } from './dashboard/dashboard-server';
import { DashboardServer } from './dashboard/dashboard-server';

/** What the thread of a dashboard answers once. */
export type DashboardAnswer = { readonly url: string } | { readonly error: string };

// A thread of its own: a step of training keeps the main one busy for seconds, and pages must not wait for it.
const options = workerData as Omit<DashboardServerOptions, 'assets'>;
const assets = fileURLToPath(new URL('.', import.meta.url));
DashboardServer.start({ ...options, assets }).then(
  ({ dashboard, url }) => {
    parentPort?.on('message', (status: Partial<RunStatus>) => dashboard.report(status));
    parentPort?.postMessage({ url } satisfies DashboardAnswer);
  },
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ error: text } satisfies DashboardAnswer);
  },
);
