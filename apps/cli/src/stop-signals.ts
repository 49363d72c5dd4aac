import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C stops within a second: this long for ending well, the rest for clearing up. */
const PATIENCE_MS = 700;

export interface StoppableOptions {
  /** Where partial files are cleared away when the work does not end in time; one folder or several. */
  readonly folder?: string | readonly string[];
  /** Milliseconds after a signal until the program ends whatever the work does. */
  readonly patience?: number;
}

interface RunningWork {
  readonly controller: AbortController;
  readonly folders: readonly string[];
  readonly patience: number;
  deadline?: NodeJS.Timeout;
}

/** Works may run inside and beside each other; signals are listened to while there is one. */
const running = new Set<RunningWork>();
let received: NodeJS.Signals | undefined;

/**
 * Runs what a signal must not cut off in the middle, such as the writing of a file. Elsewhere a signal ends the
 * program at once, also while tensors are computed; here the work may end first, and with the last work that runs the
 * program ends by the same signal. A signal that arrives in the moment in which listening ends is lost, so put works
 * that follow each other into one.
 *
 * @param work may watch its signal to end sooner.
 */
export async function stoppable<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { folder = [], patience = PATIENCE_MS }: StoppableOptions = {},
): Promise<T> {
  const own: RunningWork = { controller: new AbortController(), folders: [folder].flat(), patience };
  if (running.size === 0) {
    SIGNALS.forEach((name) => process.on(name, onSignal));
  }
  running.add(own);
  if (received !== undefined) {
    stop(own, received);
  }
  try {
    return await work(own.controller.signal);
  } finally {
    if (running.size === 1) {
      await pendingSignals();
    }
    clearTimeout(own.deadline);
    running.delete(own);
    if (running.size === 0 && received !== undefined) {
      endProgram(received, own.folders);
    } else if (running.size === 0) {
      stopListening();
    }
  }
}

function onSignal(signal: NodeJS.Signals): void {
  if (received !== undefined) {
    return endProgram(signal);
  }
  received = signal;
  running.forEach((work) => stop(work, signal));
}

/** Asks a work to end, and ends the program when it does not in time. */
function stop(work: RunningWork, signal: NodeJS.Signals): void {
  work.controller.abort(new Error(`restok: stopped by ${signal}.`));
  if (Number.isFinite(work.patience)) {
    work.deadline = setTimeout(() => endProgram(signal), work.patience);
  }
}

function endProgram(
  signal: NodeJS.Signals,
  folders: readonly string[] = [...running].flatMap((work) => work.folders),
): void {
  folders.forEach(removePartialFiles);
  received = undefined;
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  SIGNALS.forEach((name) => process.off(name, onSignal));
}

/** Lets the event loop deliver signals that have already arrived. */
async function pendingSignals(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Files that this process was writing beside their place. */
function removePartialFiles(folder: string): void {
  try {
    readdirSync(folder)
      .filter((name) => name.endsWith(`.${process.pid}.partial`))
      .forEach((name) => rmSync(join(folder, name), { force: true }));
  } catch {
    // There is no such folder, so there is nothing to clear away.
  }
}
